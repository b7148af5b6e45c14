import type { ImageSet } from "../../data/index.js";
import type { Figure } from "../../plot/index.js";
import type { MachineOptions } from "../../runtime/internal.js";
import { isHypersolversError } from "../../tensor/index.js";
import type { Artefact } from "./artefact.js";
import { type RunReport, reportArtefacts, reportText, withRunFacts } from "./report.js";
import type { ResultRow } from "./result-row.js";
import { type ExperimentContext, type Run, startRun } from "./run.js";

export const presets = ["smoke", "standard", "paper"] as const;
/** `smoke`: seconds, for CI. `standard`: minutes, up to two hours where images are trained on; what README figures come from. `paper`: the paper's setting. */
export type Preset = (typeof presets)[number];

/** Labelled images that an experiment learns from and is measured on. */
export interface LabelledImages {
  readonly training: ImageSet;
  readonly test: ImageSet;
  /** For people: `MNIST, 60000 training and 10000 test images`. */
  readonly description: string;
}

/** What is asked of an experiment. */
export interface ExperimentRequest<Spec extends object = never> {
  readonly preset: Preset;
  /** Which of the experiment's data sets. Default: its first. */
  readonly density?: string;
  readonly seed: number;
  /** The command line that repeats this run, for the report. */
  readonly command: string;
  /** The images of experiments that name a `dataset`: whoever calls loads them. */
  readonly images?: LabelledImages;
  /** Instead of the preset's. */
  readonly spec?: Spec;
}

export type ExperimentStatus = "complete" | "interrupted";

export interface ExperimentResult {
  /** For people: what came out, as text of a few lines. */
  readonly summary: string;
  /** For machines. */
  readonly metrics: object;
  /** Its numbers by key, to be joined with those of other seeds. */
  readonly rows: readonly ResultRow[];
  readonly artefacts: readonly Artefact[];
  readonly status: ExperimentStatus;
}

interface ExperimentFacts {
  readonly name: string;
  readonly title: string;
  /** What threads are best at sharing in its programs. Default `operators`. */
  readonly parallel?: NonNullable<MachineOptions["parallel"]>;
  /** Data sets it can be run on, the default first; absent where there is one alone. */
  readonly densities?: readonly string[];
  /** Name of the images that it has to be given. */
  readonly dataset?: "mnist" | "cifar10";
}

/** Something that anybody can run again. */
export interface Experiment<Spec extends object = never> extends ExperimentFacts {
  /** What each preset spends. */
  readonly presets: Readonly<Record<Preset, object>>;
  /**
   * From input to numbers, files and pictures. A signal ends it with what there is.
   * @throws INTERRUPTED when that is nothing; as its stages.
   */
  run(request: ExperimentRequest<Spec>, context?: ExperimentContext): Promise<ExperimentResult>;
}

/** What every run notes first. */
export interface RunFacts {
  readonly preset: Preset;
  readonly seed: number;
  readonly command: string;
  readonly status: ExperimentStatus;
}

/** An experiment as it is written down: settings, work, and what is to be told of it. */
export interface ExperimentDefinition<Spec extends object, Metrics extends object> extends ExperimentFacts {
  readonly presets: Readonly<Record<Preset, Spec>>;
  /** The work: stages one after another, each noted as soon as it is made. */
  run(spec: Spec, run: Run<Metrics>, request: ExperimentRequest<Spec>): Promise<void>;
  rows(metrics: Partial<Metrics>): readonly ResultRow[];
  report(metrics: Partial<Metrics> & RunFacts, figures: readonly Figure[]): RunReport;
}

/** The experiment of a definition. Calls are marked pure: bundles leave out the experiments that nobody runs. */
export function defineExperiment<Spec extends object, Metrics extends object>(
  definition: ExperimentDefinition<Spec, Metrics>,
): Experiment<Spec> {
  const { run: work, rows, report, ...facts } = definition;
  return {
    ...facts,
    run: async (request, context = {}) => {
      const { preset, seed, command, spec = definition.presets[preset] } = request;
      const run = startRun<Metrics>(context);
      const isWhole = await unlessInterrupted(() => work(spec, run, request), run);
      const status: ExperimentStatus = isWhole && !run.isCut ? "complete" : "interrupted";
      const metrics = { ...run.found, preset, seed, command, status };
      const told = withRunFacts(report(metrics, await run.pictures()), metrics);
      for (const { path, content } of await reportArtefacts(told, metrics)) await run.file(path, content);
      return { summary: reportText(told), metrics, rows: rows(metrics), artefacts: run.artefacts, status };
    },
  };
}

/** @returns whether the work came to its end. @throws INTERRUPTED where nothing was made. */
async function unlessInterrupted(work: () => Promise<void>, run: Run<object>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isHypersolversError(error, "INTERRUPTED") || run.isEmpty) throw error;
    return false;
  }
}
