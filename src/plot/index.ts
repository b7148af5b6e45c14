/** A leaf over values: data -> figure (a Vega-Lite specification) -> SVG, PNG, report; tables and numbers as text. */

export type { Scheme } from "./colour-ramp.js";
export type { Level } from "./curve-layers.js";
export { type DensityOptions, density } from "./density.js";
export { type DensityGridOptions, type DensityRow, densityGrid, type GridCloud } from "./density-grid.js";
export { type ErrorHistogramOptions, type ErrorSample, errorHistogram } from "./error-histogram.js";
export type { Figure, FigureText, Method, NumberList, Role } from "./figure.js";
export {
  formatBytes,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatRatio,
  powerOfTen,
} from "./format.js";
export { type HeatMapOptions, heatMap, type ScalarGrid } from "./heat-map.js";
export { type GridImage, type ImageGridOptions, type ImageRow, imageGrid } from "./image-grid.js";
export {
  type Cost,
  type ParetoOptions,
  type ParetoPoint,
  type ParetoSeries,
  paretoFront,
  paretoFronts,
} from "./pareto.js";
export type { PlaneRange } from "./plane.js";
export type { PointCloud } from "./point-cloud.js";
export { renderPng, renderSvg } from "./render.js";
export { type Report, type ReportFigure, type ReportSection, renderReport } from "./report.js";
export { type SeriesCurveOptions, seriesCurve } from "./series-curve.js";
export { type SpeedUpItem, type SpeedUpOptions, speedUpBars } from "./speed-up-bars.js";
export { type Table, type TableCell, type TableColumn, textTable } from "./table.js";
export { type MethodColours, methodColours, roleColours } from "./theme.js";
export type { ValueCurve } from "./thin-curve.js";
export { type LossCurve, type TrainingCurveOptions, trainingCurve } from "./training-curve.js";
export { type TrajectoryOptions, trajectories } from "./trajectories.js";
export type { TrajectorySet } from "./trajectory-set.js";
export { type Arrow, type ArrowPanel, type VectorFieldOptions, vectorField } from "./vector-field.js";
