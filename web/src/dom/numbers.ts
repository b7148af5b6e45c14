/** Numbers for people. */
export { formatMilliseconds, formatNumber } from "../../../src/plot/parts/format.js";
