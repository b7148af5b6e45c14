/** What tables of options need of this layer: loads nothing else. */

export { densityNames } from "./densities/names.js";
