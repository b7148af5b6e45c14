/** For the layers above, not for users: activations by name, state dicts taken apart and put together. */
export { activationNamed, functional } from "./activations.js";
export { splitState } from "./buffers.js";
export { prefixed, withPrefix } from "./state-dict.js";
