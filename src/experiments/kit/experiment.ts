import type { ImageSet } from "../../data/index.js";
import type { Figure } from "../../plot/index.js";
import type { MachineOptions } from "../../runtime/internal.js";
import type { Table } from "../../spec/index.js";
import { changedSpec } from "../../spec/internal.js";
import { isHypersolversError } from "../../tensor/index.js";
import type { Artifact } from "./artifact.js";
import { type Preset, presetNames } from "./preset-names.js";
import { type RunReport, reportArtifacts, reportText, withRunFacts } from "./report.js";
import type { ResultRow } from "./result-row.js";
import { type ExperimentContext, type Run, startRun } from "./run.js";

/** What a run may spend, least first. */
export const presets: typeof presetNames = presetNames;
export type { Preset } from "./preset-names.js";

/** Labeled images that an experiment learns from and is measured on. */
export interface LabeledImages {
  readonly training: ImageSet;
  readonly test: ImageSet;
  /** For people: `MNIST, 60000 training and 10000 test images`. */
  readonly description: string;
}

/** What is asked of an experiment. */
export interface ExperimentRequest<Spec extends object = never> {
  readonly preset: Preset;
  /** Which of the experiment's data sets. Default: its first. */
  readonly density?: string | undefined;
  readonly seed: number;
  /** The command line that repeats this run, for the report. */
  readonly command: string;
  /** The images of experiments that name a `dataset`: the caller loads them. */
  readonly images?: LabeledImages | undefined;
  /** Instead of the preset's. */
  readonly spec?: Spec;
  /** What is to be other than in the preset, by name; `Experiment.table` has the names. */
  readonly changes?: Readonly<Record<string, unknown>> | undefined;
}

/** Whether a run came to its end or was stopped before. */
export type ExperimentStatus = "complete" | "interrupted";

/** What comes of a run. */
export interface ExperimentResult {
  /** For people: what came out, as text of a few lines. */
  readonly summary: string;
  /** For machines. */
  readonly metrics: object;
  /** Its numbers by key, to be joined with those of other seeds. */
  readonly rows: readonly ResultRow[];
  readonly artifacts: readonly Artifact[];
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
  /** What a preset says, as options. */
  readonly table: Table;
  /**
   * What a preset with changes spends: the spec of a run.
   * @throws INVALID_ARGUMENT that names the member.
   */
  specOf(preset: Preset, changes?: Readonly<Record<string, unknown>>): object;
  /**
   * From input to numbers, files and pictures. A signal ends it with what there is.
   * @throws INTERRUPTED when that is nothing; as its stages.
   */
  run(request: ExperimentRequest<Spec>, context?: ExperimentContext): Promise<ExperimentResult>;
}

/** What every run notes first. */
export interface RunFacts {
  readonly preset: Preset;
  /** What was spent: the preset's spec, with what was changed in it. */
  readonly spec: object;
  readonly seed: number;
  readonly command: string;
  readonly status: ExperimentStatus;
}

/** An experiment as it is written down: settings, work, and its report. */
export interface ExperimentDefinition<Spec extends object, Metrics extends object> extends ExperimentFacts {
  readonly presets: Readonly<Record<Preset, Spec>>;
  /** What a preset says, as options. */
  readonly table: Table;
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
  const specOf = (preset: Preset, changes: unknown): Spec =>
    changedSpec(definition.table, definition.presets[preset], changes);
  return {
    ...facts,
    specOf,
    run: async (request, context = {}) => {
      const { preset, seed, command, changes, spec = specOf(preset, changes) } = request;
      const run = startRun<Metrics>(context);
      const isWhole = await unlessInterrupted(() => work(spec, run, request), run);
      const status: ExperimentStatus = isWhole && !run.isCut ? "complete" : "interrupted";
      // What was found may hold a spec with every choice made, which says more.
      const metrics = { spec, ...run.found, preset, seed, command, status };
      const other = changedMembers(definition.presets[preset], spec);
      const shown = {
        ...metrics,
        preset: other.length === 0 ? preset : `${preset} with other ${other.join(", ")}`,
      };
      const told = withRunFacts(report(metrics, await run.pictures()), shown);
      for (const { path, content } of await reportArtifacts(told, metrics)) await run.file(path, content);
      return { summary: reportText(told), metrics, rows: rows(metrics), artifacts: run.artifacts, status };
    },
  };
}

/** The members of a spec that are other than in a preset. */
const changedMembers = (preset: object, spec: object): string[] => {
  const before: Readonly<Record<string, unknown>> = { ...preset };
  return Object.entries(spec).flatMap(([name, value]) =>
    JSON.stringify(value) === JSON.stringify(before[name]) ? [] : [name],
  );
};

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
