import { join } from "node:path";
import { cacheFolder, loadDataset } from "../../../datasets/index.js";
import { type Experiment, experimentNamed, experiments, overSeeds } from "../../../experiments/index.js";
import { presets } from "../../../experiments/internal.js";
import { textTable } from "../../../plot/index.js";
import { completeSpec, type Spec } from "../../../spec/index.js";
import { meantAdvice } from "../../../spec/internal.js";
import type { JobResult } from "../../command.js";
import { checkpointsIn, goingOn } from "../../files/checkpoints.js";
import { configArtifact } from "../../files/config-artifact.js";
import { runFolder, wroteLines } from "../../files/files.js";
import { requirePictures, withPngs } from "../../files/picture.js";
import { inRunFolder } from "../../files/run-claim.js";
import { forOption } from "../../options/for-option.js";
import { missing } from "../../options/method.js";
import type { MachineContext, SpecJob } from "../../options/spec-command.js";
import { unusable } from "../../options/usage-error.js";
import { EXPERIMENT_STOPS, interruptedExit, onInterrupt } from "../../terminal/interruption.js";
import { showProgress } from "../../terminal/show-progress.js";
import { nothingFitted } from "../fit/job.js";
import { handingOf } from "../sweep/hand-out.js";
import { handedSeeds } from "./handed-seeds.js";
import { type ReproduceOptions, reproduceTable } from "./table.js";

/** `hypersolvers reproduce`. */
export const reproduceJob: SpecJob<typeof reproduceTable> = {
  run: async (spec, context) => {
    if (spec.list === true) return listing();
    const plan = planOf(spec);
    return inRunFolder(plan.out, spec, () => reproduced(plan, context));
  },
  effective: async (spec) => (spec.list === true ? { list: true } : repeated(planOf(spec))),
};

/** What is to be run, every choice made. */
interface Plan {
  readonly experiment: Experiment;
  readonly out: string;
  /** Of the preset's spec. */
  readonly changes: Spec<typeof reproduceTable>["spec"];
  /** With the whole spec of the preset, as it was changed. */
  readonly options: ReproduceOptions;
}

function planOf(spec: Spec<typeof reproduceTable>): Plan {
  const { experiment: name } = spec;
  if (name === undefined) throw missing("name", `an experiment: ${Object.keys(experiments).join(", ")}`);
  const experiment = forOption("name", () => experimentNamed(name));
  const density = densityOf(experiment, spec.density);
  const { out = join("runs", [name, density].filter((part) => part !== undefined).join("-")) } = spec;
  const complete = completeSpec(reproduceTable, { ...spec, density, out });
  const effective = forOption(undefined, () => experiment.specOf(complete.preset, spec.spec));
  return { experiment, out, changes: spec.spec, options: { ...complete, spec: { ...effective } } };
}

/** The options that repeat a run. */
const repeated = ({ options }: Pick<Plan, "options">): ReproduceOptions => {
  // Where it was run decides nothing, and a connection string is nobody's business.
  const { resume: _, force: _force, queue: _queue, store: _store, workers: _workers, ...repeating } = options;
  return repeating;
};

async function reproduced(
  { experiment, out, changes, options }: Plan,
  context: MachineContext,
): Promise<JobResult> {
  const { output, progress, commandLine, machine } = context;
  const { preset, seed, density, seeds = 1, resume = false } = options;
  requirePictures();
  const interruption = onInterrupt(output, EXPERIMENT_STOPS);
  const store = checkpointsIn(out);
  const folder = runFolder(out);
  try {
    const images = experiment.dataset && (await loadDataset(experiment.dataset, cacheFolder(options.cache)));
    await folder.write(configArtifact(reproduceTable, repeated({ options })));
    const desk = { ...context, signal: interruption.signal };
    const handing = handingOf(options);
    const found =
      handing && (await handedSeeds({ ...options, spec: changes }, { count: seeds, handing, folder }, desk));
    const isOne = seeds === 1 && found === undefined;
    const { summary, metrics, rows, status } = await (isOne
      ? experiment
      : overSeeds(experiment, seeds, found)
    ).run(
      { preset, seed, changes, command: commandLine, density, images },
      {
        ...machine,
        parallel: experiment.parallel,
        // What was run elsewhere is joined after a stop too.
        ...(found === undefined ? { signal: interruption.signal } : {}),
        store,
        resume,
        onArtifact: async (artifact) => {
          for (const file of withPngs([artifact])) await folder.write(file);
        },
        onProgress: showProgress(progress),
        onWarning: (sentence) => output.warn(sentence),
      },
    );
    progress.stop();
    const { paths: files, failure } = folder.written();
    if (status === "complete" && failure === undefined) await store.clear();
    const isCut = status === "interrupted";
    return {
      text: [
        experiment.title,
        "",
        summary,
        ...(isCut ? interruptedLines(out) : []),
        ...wroteLines(files),
      ].join("\n"),
      json: { experiment: experiment.name, preset, seed, status, metrics, rows, out, files },
      exitCode: isCut ? interruptedExit() : 0,
      failure,
    };
  } catch (error) {
    throw nothingFitted(error, resume);
  } finally {
    interruption.release();
  }
}

const interruptedLines = (out: string): string[] => [
  "",
  `Interrupted: this is the best result until then. ${goingOn("reproduce", out)} continues from there.`,
];

/** The data set that is wanted, or the experiment's first; undefined where it has one alone. */
function densityOf({ name, densities }: Experiment, wanted: string | undefined): string | undefined {
  if (densities === undefined && wanted !== undefined)
    throw unusable(
      "--density",
      "no --density: this experiment has one data set",
      wanted,
      `drop it for ${name}`,
    );
  if (wanted === undefined || densities?.includes(wanted) === true) return wanted ?? densities?.[0];
  const known = densities ?? [];
  throw unusable("--density", `one of ${known.join(", ")}`, wanted, meantAdvice(wanted, known));
}

function listing(): JobResult {
  const list = Object.values(experiments).map(({ name, title, densities = [] }) => ({
    name,
    title,
    presets,
    densities,
  }));
  const rows = list.map(({ name, title, presets, densities }) => [
    ...[name, title, presets.join(", "), densities.join(", ")],
  ]);
  return {
    text: textTable(["name", "what", "presets", "data sets"], rows),
    json: { experiments: list },
  };
}
