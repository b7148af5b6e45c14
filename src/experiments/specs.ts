/** What tables of options need of this layer: loads nothing else. */

export { presetNames } from "./kit/preset-names.js";
