import type { ImageSet } from "../../data/index.js";
import type { ClassifierProgress } from "../../models/index.js";
import type { CompileOptions, ProgressEvent, RunContext } from "../../runtime/index.js";
import type { FlowRunProgress } from "../flow/run-flow.js";
import type { Artefact } from "./artefact.js";

export const presets = ["smoke", "standard", "paper"] as const;
/** `smoke`: seconds, for CI. `standard`: minutes, up to two hours where images are trained on; what README figures come from. `paper`: the paper's setting. */
export type Preset = (typeof presets)[number];

/** Where a long run keeps what it needs to go on. Absent files read as undefined. */
export interface CheckpointStore {
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, content: Uint8Array): Promise<void>;
  /** Removes all that was read or written: of a run that came to its end nothing is needed. */
  clear(): Promise<void>;
}

/** Labelled images that an experiment learns from and is measured on. */
export interface LabelledImages {
  readonly training: ImageSet;
  readonly test: ImageSet;
  /** For people: `MNIST, 60000 training and 10000 test images`. */
  readonly description: string;
}

export interface ExperimentOptions {
  readonly preset: Preset;
  /** Which of the experiment's data sets. Default: its first. */
  readonly density?: string;
  readonly seed: number;
  /** The command line that repeats this run, for the report. */
  readonly command: string;
  readonly compile?: CompileOptions;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Progress of training a field, where an experiment trains one. */
  readonly onTraining?: (progress: FlowRunProgress) => void;
  /** Progress of training a classifier, where an experiment trains one. */
  readonly onClassifier?: (progress: ClassifierProgress) => void;
  /** The images of experiments that name a `dataset`: whoever calls loads them. */
  readonly images?: LabelledImages;
  readonly signal?: AbortSignal;
  /** Keeps checkpoints; without it a run cannot be resumed. */
  readonly checkpoints?: CheckpointStore;
  /** Go on from the checkpoint, if there is one. Default false. */
  readonly resume?: boolean;
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
  /** What threads are best at sharing in its programs. Default `operators`. */
  readonly parallel?: NonNullable<CompileOptions["parallel"]>;
  readonly name: string;
  readonly title: string;
  /** Data sets it can be run on; absent where there is one alone. */
  readonly densities?: readonly string[];
  /** Name of the images that it has to be given. */
  readonly dataset?: "mnist" | "cifar10";
  run(options: ExperimentOptions): Promise<ExperimentResult>;
}

/** What of an experiment's options is about this run and this machine. */
export const contextOf = ({ compile, signal, onProgress }: ExperimentOptions): RunContext => ({
  ...compile,
  ...(signal && { signal }),
  ...(onProgress && { onProgress }),
});
