import { join } from "node:path";
import { cacheFolder, loadDataset } from "../../../datasets/index.js";
import {
  type Experiment,
  experimentNamed,
  experiments,
  overSeeds,
  presets,
} from "../../../experiments/index.js";
import { textTable } from "../../../plot/index.js";
import type { Job, JobResult } from "../../command.js";
import { checkpointsIn } from "../../files/checkpoints.js";
import { requireWritableFolder, runFolder, wroteLines } from "../../files/files.js";
import { compileOptions, forOption } from "../../files/models.js";
import { withPngs } from "../../files/picture.js";
import { missing } from "../../options/method.js";
import { unusable } from "../../options/usage-error.js";
import { EXPERIMENT_STOPS, interruptedExit, onInterrupt } from "../../terminal/interruption.js";
import { showProgress } from "../../terminal/show-progress.js";
import { nothingFitted } from "../fit/job.js";
import type { ReproduceCommandOptions } from "./command.js";

/** `hypersolvers reproduce`. */
export const reproduceJob: Job<ReproduceCommandOptions> = async (
  name,
  options,
  { output, progress, commandLine },
) => {
  if (options.list === true) return listing();
  if (name === "") throw missing("name", `an experiment: ${Object.keys(experiments).join(", ")}`);
  const experiment = forOption("name", () => experimentNamed(name));
  const density = densityOf(experiment, options.density);
  const out = options.out ?? join("runs", [name, density].filter((part) => part !== undefined).join("-"));
  await requireWritableFolder(out);
  const interruption = onInterrupt(output, EXPERIMENT_STOPS);
  const store = checkpointsIn(out);
  const folder = runFolder(out);
  const seeds = options.seeds ?? 1;
  try {
    const { summary, metrics, status } = await (seeds === 1 ? experiment : overSeeds(experiment, seeds)).run(
      {
        preset: options.preset,
        seed: options.seed,
        command: commandLine,
        ...(density !== undefined && { density }),
        ...(experiment.dataset !== undefined && {
          images: await loadDataset(experiment.dataset, cacheFolder(options.cache)),
        }),
      },
      {
        ...compileOptions(options),
        ...(experiment.parallel && { parallel: experiment.parallel }),
        signal: interruption.signal,
        store,
        resume: options.resume === true,
        onArtefact: async (artefact) => {
          for (const file of withPngs([artefact])) await folder.write(file);
        },
        onProgress: showProgress(progress),
        onWarning: (sentence) => output.warn(sentence),
      },
    );
    progress.stop();
    const { paths: files, failure } = folder.written();
    if (status === "complete" && failure === undefined) await store.clear();
    const ending = status === "interrupted" ? ["", "Interrupted: this is the best result until then."] : [];
    return {
      text: [experiment.title, "", summary, ...ending, ...wroteLines(files)].join("\n"),
      json: { experiment: name, preset: options.preset, seed: options.seed, status, metrics, out, files },
      exitCode: status === "interrupted" ? interruptedExit() : 0,
      failure,
    };
  } catch (error) {
    throw nothingFitted(error, options.resume);
  } finally {
    interruption.release();
  }
};

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
  throw unusable("--density", `one of ${densities?.join(", ")}`, wanted);
}

function listing(): JobResult {
  const list = Object.values(experiments).map(({ name, title, densities = [] }) => ({
    ...{ name, title, presets, densities },
  }));
  const rows = list.map(({ name, title, presets, densities }) => [
    ...[name, title, presets.join(", "), densities.join(", ")],
  ]);
  return {
    text: textTable(["name", "what", "presets", "data sets"], rows),
    json: { experiments: list },
  };
}
