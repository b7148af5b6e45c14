/** A leaf over values: data -> figure (a Vega-Lite specification) -> SVG, report; tables and numbers as text. */

export type { Figure, FigureSpec, Method } from "./figure.js";
export { type DensityOptions, density } from "./figures/density.js";
export {
  type DensityGridOptions,
  type DensityRow,
  densityGrid,
  type GridCloud,
} from "./figures/density-grid.js";
export { type ErrorHistogramOptions, type ErrorSample, errorHistogram } from "./figures/error-histogram.js";
export { type HeatMapOptions, heatMap, type ScalarGrid } from "./figures/heat-map.js";
export { type GridImage, type ImageGridOptions, type ImageRow, imageGrid } from "./figures/image-grid.js";
export {
  type ParetoOptions,
  type ParetoPoint,
  type ParetoSeries,
  paretoFronts,
} from "./figures/pareto.js";
export { type SeriesCurveOptions, seriesCurve } from "./figures/series-curve.js";
export { type SpeedUpItem, type SpeedUpOptions, speedUpBars } from "./figures/speed-up-bars.js";
export { type LossCurve, type TrainingCurveOptions, trainingCurve } from "./figures/training-curve.js";
export { type TrajectoryOptions, trajectories } from "./figures/trajectories.js";
export { type Arrow, type ArrowPanel, type VectorFieldOptions, vectorField } from "./figures/vector-field.js";
export { renderSvg } from "./output/render.js";
export { type Report, type ReportFigure, type ReportSection, renderReport } from "./output/report.js";
export { type Table, type TableCell, type TableColumn, textTable } from "./output/table.js";
export type { PointCloud } from "./parts/point-cloud.js";
export type { ValueCurve } from "./parts/thin-curve.js";
export type { TrajectorySet } from "./parts/trajectory-set.js";
