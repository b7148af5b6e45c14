/** What tables of options need of this layer: loads nothing else. */

export { methodNames } from "./methods/tableaus/names.js";
