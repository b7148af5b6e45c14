/** What tables of options need of this layer: loads nothing else. */

export { LARGEST_SEED } from "./seed.js";
