/** What tables of options need of this layer: loads nothing else. */

export { type ActivationName, activationNames } from "./activation-names.js";
