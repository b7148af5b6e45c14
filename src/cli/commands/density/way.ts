import type { CompiledDensity } from "../../../models/index.js";
import type { Tensor } from "../../../tensor/index.js";
import type { Points } from "../../files/points.js";
import type { DensityTrace, PointDensities } from "./text.js";

/** A density, ready to be asked for. */
export interface WayDensity extends Pick<CompiledDensity, "estimator" | "dispose"> {
  run(x: Tensor): Promise<PointDensities>;
}

/** A way to find log-densities: through the flow, or of the draws of a sampler. */
export interface DensityWay {
  readonly trace: DensityTrace;
  /** What is said of something learned that is used elsewhere than it was learned. Prints it as well. */
  warnings(points: Points | undefined): readonly string[];
  compile(signal: AbortSignal): Promise<WayDensity>;
}
