/** What tables of options need of this layer: loads nothing else. */

export { tableauTable } from "./methods/tableau-table.js";
export { methodNames } from "./methods/tableaus/names.js";
