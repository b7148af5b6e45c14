/** For the layers above, not for users: activations by name, state dicts taken apart. */
export { activationNamed, functional } from "./activations.js";
export { splitState } from "./buffers.js";
export { affine } from "./linear.js";
