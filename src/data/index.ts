/** Points to learn from, on `tensor` alone: densities of the plane, CSV files, standardisation, splits. */

export { decodeCsv } from "./decode-csv.js";
export { type CheckerboardOptions, checkerboard } from "./densities/checkerboard.js";
export { type CirclesOptions, circles } from "./densities/circles.js";
export type { Density } from "./densities/density.js";
export { type EightGaussiansOptions, eightGaussians } from "./densities/eight-gaussians.js";
export { type MoonsOptions, moons } from "./densities/moons.js";
export { type PinwheelOptions, pinwheel } from "./densities/pinwheel.js";
export { densities, densityNamed } from "./densities/registry.js";
export { type RingsOptions, rings } from "./densities/rings.js";
export { type SwissRollOptions, swissRoll } from "./densities/swiss-roll.js";
export { type TwoSpiralsOptions, twoSpirals } from "./densities/two-spirals.js";
export { encodeCsv } from "./encode-csv.js";
export { type Split, type SplitShares, splitRows } from "./split.js";
export {
  logScale,
  restored,
  type Standardisation,
  standardisationOf,
  standardised,
} from "./standardisation.js";
export { defaultColumns, type Table } from "./table.js";
