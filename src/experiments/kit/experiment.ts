import type { ImageSet } from "../../data/index.js";
import type { CompileOptions, RunOptions } from "../../runtime/index.js";
import type { Artefact } from "./artefact.js";
import type { Resumption } from "./checkpoint-files.js";

export const presets = ["smoke", "standard", "paper"] as const;
/** `smoke`: seconds, for CI. `standard`: minutes, up to two hours where images are trained on; what README figures come from. `paper`: the paper's setting. */
export type Preset = (typeof presets)[number];

/** Where a long run keeps what it needs to go on. Absent files read as undefined. */
export interface CheckpointStore {
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, content: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
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

export interface ExperimentOptions extends RunOptions, Resumption {
  readonly preset: Preset;
  /** Which of the experiment's data sets. Default: its first. */
  readonly density?: string;
  readonly seed: number;
  /** The command line that repeats this run, for the report. */
  readonly command: string;
  /** Told what was learned before it is measured, so that it can be kept: the same path comes again at the end. */
  readonly onLearned?: (artefact: Artefact) => Promise<void>;
  /** The images of experiments that name a `dataset`: whoever calls loads them. */
  readonly images?: LabelledImages;
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
