/** What tables of options need of this layer: loads nothing else. */

export { type Preset, presetNames } from "./kit/preset-names.js";
