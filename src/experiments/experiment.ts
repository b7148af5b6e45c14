import type { FitProgress } from "../hypersolver/index.js";
import type { CompileOptions } from "../runtime/index.js";
import type { Artefact } from "./artefact.js";

export const presets = ["smoke", "standard", "paper"] as const;
/** `smoke`: seconds, for CI. `standard`: minutes, what README figures come from. `paper`: the paper's setting. */
export type Preset = (typeof presets)[number];

export interface ExperimentOptions {
  readonly preset: Preset;
  readonly seed: number;
  /** The command line that repeats this run, for the report. */
  readonly command: string;
  readonly compile?: CompileOptions;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ExperimentResult {
  /** For people: what came out, as text of a few lines. */
  readonly summary: string;
  /** For machines. */
  readonly metrics: object;
  readonly artefacts: readonly Artefact[];
  readonly status: "complete" | "interrupted";
}

/** Something that anybody can run again. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  run(options: ExperimentOptions): Promise<ExperimentResult>;
}
