import { join } from "node:path";
import {
  CHECKPOINT_FILE,
  checkpointing,
  comparisonText,
  type FitRun,
  fitSummary,
  runFit,
} from "../../../experiments/index.js";
import {
  type CorrectionInput,
  droppedText,
  type FitOptions,
  fitDefaults,
  hiddenFeature,
} from "../../../hypersolver/index.js";
import { type Field, tableauNamed } from "../../../ode/index.js";
import { formatNumber } from "../../../plot/internal.js";
import { fail, isHypersolversError } from "../../../tensor/index.js";
import type { Job, JobContext } from "../../command.js";
import { checkpointLeft, checkpointsIn, lookForCheckpoint } from "../../files/checkpoints.js";
import { requireWritableFolder, writeAll, wroteLines } from "../../files/files.js";
import { learnedFiles } from "../../files/learned.js";
import { compileOptions, forOption, stemOf } from "../../files/models.js";
import { withPngs } from "../../files/picture.js";
import { unusable } from "../../options/usage-error.js";
import { FIT_STOPS, interruptedExit, onInterrupt } from "../../terminal/interruption.js";
import { showProgress } from "../../terminal/show-progress.js";
import type { FitCommandOptions } from "./command.js";
import { type FitTask, fitTask } from "./task.js";

/** `hypersolvers fit`. */
export const fitJob: Job<FitCommandOptions> = async (path, options, desk) => {
  const task = await fitTask(path, options, desk.output);
  const out = options.out ?? join("runs", stemOf(path));
  await requireWritableFolder(out);
  const settings = fitOptions(task, options, desk);
  const resume = options.resume === true;
  await lookForCheckpoint(out, resume, desk.output);
  const checkpoints = checkpointsIn(out);
  const learned = learnedFiles(out, desk.output);
  const interruption = onInterrupt(desk.output, FIT_STOPS);
  try {
    const kept = await checkpointing(CHECKPOINT_FILE, { checkpoints, resume });
    const run = await runFit({
      ...{ field: task.field, title: task.title },
      command: desk.commandLine,
      fit: { ...settings, ...kept, signal: interruption.signal },
      onLearned: learned.write,
      ...(options.samples !== undefined && { heldOut: options.samples }),
      figures: options.figures,
      ...(options.budget !== undefined && { budget: options.budget }),
    });
    desk.progress.stop();
    const { paths, failure } = await writeAll(out, withPngs(run.artefacts));
    const complete = run.metrics.status === "complete";
    if (complete && failure === undefined) await checkpoints.clear();
    const checkpoint = await checkpointLeft(out, complete);
    return {
      text: textOf(run, paths, checkpoint),
      json: jsonOf(run, out, paths, checkpoint),
      exitCode: complete ? 0 : interruptedExit(),
      failure,
    };
  } catch (error) {
    learned.tell();
    throw nothingFitted(error, resume);
  } finally {
    interruption.release();
  }
};

/** A stop before the first iteration, in words that tell what is left of it. Other errors as they are. */
export function nothingFitted(error: unknown, resumed = false): unknown {
  if (!isHypersolversError(error, "INTERRUPTED")) return error;
  return fail("INTERRUPTED", {
    what: "fit",
    received: "a stop while reference trajectories were being solved",
    help: resumed
      ? "nothing was done, and the checkpoint is as it was"
      : "nothing was fitted yet, and nothing is written",
    cause: error,
  });
}

/** Options of the command line by the names of the library. What is not given is left to the library. */
function fitOptions(
  { field, span, states }: FitTask,
  options: FitCommandOptions,
  { progress, output }: JobContext,
): FitOptions {
  const { loss, iterations, batch, hidden, activation, lr, weightDecay, epsilon, trajectories, pretrain } =
    options;
  const { architecture, kernels, trajectoryIterations, meshPoints, referenceMemory, finalLr } = options;
  const { referenceTolerance, swapEvery, directions, detachField, steps, seed } = options;
  const features = options.features?.map((name) => featureOf(field, name));
  const given: Partial<FitOptions> = definedMembers({
    ...{ loss, iterations, batch, hidden, activation, weightDecay, trajectories, pretrain },
    ...{ architecture, kernels, trajectoryIterations, meshPoints, finalLearningRate: finalLr },
    referenceMemory: referenceMemory === undefined ? undefined : referenceMemory * 2 ** 20,
    epsilon: epsilon === "none" ? null : epsilon,
    ...{ referenceTolerance, swapEvery, features, directions, inputs: inputsOf(options), learningRate: lr },
    throughField: detachField === true ? false : undefined,
  });
  return {
    ...given,
    ...{ span, states, steps, seed, compile: compileOptions(options) },
    base: forOption("--base", () => tableauNamed(options.base)),
    onProgress: showProgress(progress),
    onWarning: (sentence) => output.warn(sentence),
  };
}

/** `hidden` stands for the last hidden layer, unless the model has a tensor of that name. */
function featureOf(field: Field, name: string): string {
  if (name !== "hidden" || Object.hasOwn(field.features, name)) return name;
  const found = hiddenFeature(field);
  if (found !== undefined) return found;
  throw unusable("--features", "a name that `info` lists: this field has no hidden layer to find", name);
}

/** Naming features means that g sees them. */
function inputsOf({ inputs, features }: FitCommandOptions): readonly CorrectionInput[] | undefined {
  if (inputs?.includes("features") === true && features === undefined)
    throw unusable("--features", "names of intermediate tensors, since --inputs has features", "nothing");
  if (features === undefined || inputs?.includes("features") === true) return inputs;
  return [...(inputs ?? fitDefaults.inputs), "features"];
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedMembers<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function textOf({ metrics }: FitRun, paths: readonly string[], checkpoint: string | undefined): string {
  const { status, iterations, heldOutSamples, dropped, brokenSolver, losses, noiseFloor, seconds } = metrics;
  const going =
    checkpoint === undefined ? "" : ` Repeat the command with --resume to go on from ${checkpoint}.`;
  const ending =
    status === "interrupted"
      ? `Interrupted after ${iterations} iterations; this is the best correction until then.${going}`
      : `Complete after ${iterations} iterations.`;
  return [
    comparisonText(metrics.comparison),
    "",
    fitSummary(metrics),
    `Measured on ${heldOutSamples} held-out states${droppedText(dropped)}. Last loss ${formatNumber(losses.at(-1)?.loss ?? Number.NaN)}, ` +
      `noise floor ${formatNumber(noiseFloor)}.`,
    `${ending} ${formatNumber(seconds.reference)} s for references, ${formatNumber(seconds.fit)} s for fitting, ` +
      `${formatNumber(seconds.measure)} s for measuring.`,
    ...(brokenSolver === undefined ? [] : ["There is no solver.onnx: it breaks on these states."]),
    ...wroteLines(paths),
  ].join("\n");
}

/** The numbers of metrics.json, and where everything is. */
function jsonOf(
  { metrics, card }: FitRun,
  out: string,
  paths: readonly string[],
  checkpoint: string | undefined,
): object {
  const place = (name: string): string | null => paths.find((path) => path === join(out, name)) ?? null;
  return {
    ...metrics,
    card,
    paths: {
      folder: out,
      correction: place("correction.onnx"),
      solver: place("solver.onnx"),
      metrics: place("metrics.json"),
      report: place("report.html"),
      checkpoint: checkpoint ?? null,
    },
    files: paths,
  };
}
