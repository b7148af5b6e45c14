import type { FitMetrics } from "../fit/fit-metrics.js";
import type { ImageMeasures } from "./measure-images.js";
import type { StudiedClassifier } from "./train-stage.js";

/** What `metrics.json` holds beside the facts of every run. What follows a stop is absent. */
export interface ImageMetrics extends ImageMeasures {
  readonly data: string;
  readonly architecture: string;
  /** Absent for a classifier that others trained. */
  readonly training: NonNullable<StudiedClassifier["trained"]>;
  /** By hypersolver. */
  readonly fits: Readonly<Record<string, FitMetrics>>;
}
