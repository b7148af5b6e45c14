/** For the layers above, not for users: numbers as text, fronts and colors as the figures have them. */
export type { Role } from "./figure.js";
export { paretoFront } from "./figures/pareto.js";
export {
  formatBytes,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatRatio,
  powerOfTen,
} from "./parts/format.js";
export { roleColors } from "./parts/theme.js";
