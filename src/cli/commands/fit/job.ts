import { dirname, join } from "node:path";
import { type FitRun, type LearnedSolver, runFit } from "../../../experiments/index.js";
import { checkpointing, comparisonText, fitSummary } from "../../../experiments/internal.js";
import { droppedText, measuringReference } from "../../../hypersolver/internal.js";
import { formatNumber } from "../../../plot/internal.js";
import { completeSpec } from "../../../spec/index.js";
import { pickSpec } from "../../../spec/internal.js";
import { fail, isHypersolversError } from "../../../tensor/index.js";
import type { JobResult } from "../../command.js";
import { checkpointLeft, checkpointsIn, goingOn, lookForCheckpoint } from "../../files/checkpoints.js";
import { configArtifact, writeConfig } from "../../files/config-artifact.js";
import { writeAll, wroteLines } from "../../files/files.js";
import { learnedFiles } from "../../files/learned.js";
import { stemOf } from "../../files/models.js";
import { requirePictures, withPngs } from "../../files/picture.js";
import { inRunFolder } from "../../files/run-claim.js";
import type { MachineContext, SpecJob } from "../../options/spec-command.js";
import { MISSED } from "../../terminal/exit-codes.js";
import { FIT_STOPS, interruptedExit, onInterrupt } from "../../terminal/interruption.js";
import { showProgress } from "../../terminal/show-progress.js";
import { chosenLearner } from "./learner.js";
import { type FitCommandSpec, fitCommandTable, fitRunTable } from "./table.js";
import { fitTask } from "./task.js";

/** `hypersolvers fit`. */
export const fitJob: SpecJob<typeof fitCommandTable> = {
  run: (spec, context) => inRunFolder(spec.out ?? outOf(spec), spec, () => fitted(spec, context)),
  effective: async (spec, { output }) => {
    const task = await fitTask(spec, output);
    return repeated(spec, chosenLearner(task, spec).effective(task.field));
  },
};

async function fitted(spec: FitCommandSpec, context: MachineContext): Promise<JobResult> {
  const { output, progress, commandLine: command, machine } = context;
  const task = await fitTask(spec, output);
  const learner = chosenLearner(task, spec);
  const own = completeSpec(fitRunTable, pickSpec(fitRunTable, spec));
  const { out = outOf(spec), resume, samples: heldOut, budget, compare, figures, measuringTolerance } = own;
  if (figures) requirePictures("or add --no-figures");
  await lookForCheckpoint(out, resume, output);
  const config = configArtifact(fitCommandTable, repeated(spec, learner.effective(task.field)));
  await writeConfig(out, config, resume);
  const checkpoints = checkpointsIn(out);
  const learned = learnedFiles(out, output, config);
  const interruption = onInterrupt(output, FIT_STOPS);
  try {
    const kept = await checkpointing(checkpoints, resume);
    const measuring = measuringReference(task.field, measuringTolerance);
    const run = await runFit(
      {
        ...task,
        ...kept,
        measuring,
        command,
        learner,
        heldOut,
        budget,
        compare,
        figures,
        onLearned: learned.write,
      },
      {
        ...machine,
        signal: interruption.signal,
        onProgress: showProgress(progress),
        onWarning: (sentence) => output.warn(sentence),
      },
    );
    progress.stop();
    const { paths, failure } = await writeAll(out, [...withPngs(run.artifacts), config]);
    const complete = run.metrics.status === "complete";
    const { outcome, warnings } = run.metrics.verdict;
    for (const warning of warnings) output.warn(warning);
    if (complete && failure === undefined) await checkpoints.clear();
    const checkpoint = await checkpointLeft(out, complete);
    return {
      text: textOf(run, paths, checkpoint),
      json: jsonOf(run, out, paths, checkpoint),
      exitCode: complete ? (outcome === "nothing" ? MISSED : 0) : interruptedExit(),
      failure,
    };
  } catch (error) {
    await learned.tell();
    throw nothingFitted(error, resume);
  } finally {
    interruption.release();
  }
}

const outOf = ({ field }: FitCommandSpec): string => join("runs", stemOf(field));

/** The spec that repeats a run: what was said of it, and every choice made of the fit. */
function repeated(spec: FitCommandSpec, fit: LearnedSolver["spec"]): FitCommandSpec {
  const { out = outOf(spec), span } = spec;
  const own = completeSpec(fitRunTable, { ...pickSpec(fitRunTable, spec), out });
  // The span of a log-density's fit is the flow's, backwards: it follows from the flow.
  const chosen = {
    ...spec,
    ...fit,
    ...own,
    resume: undefined,
    force: undefined,
    span: spec.logDensity === undefined ? fit.span : span,
  };
  return pickSpec(fitCommandTable, chosen);
}

/** A stop before the first iteration, in words that tell what is left of it. Other errors as they are. */
export function nothingFitted(error: unknown, resumed = false): unknown {
  if (!isHypersolversError(error, "INTERRUPTED")) return error;
  return fail("INTERRUPTED", {
    what: "fit",
    received: "a stop while reference trajectories were being solved",
    help: resumed ? "nothing was done, and the checkpoint is as it was" : "nothing was fitted yet",
    cause: error,
  });
}

function textOf({ metrics }: FitRun, paths: readonly string[], checkpoint: string | undefined): string {
  const { status, iterations, heldOutSamples, dropped, brokenSolver, losses, noiseFloor, seconds } = metrics;
  const going = checkpoint === undefined ? "" : ` ${goingOn("fit", dirname(checkpoint))} goes on from there.`;
  const ending =
    status === "interrupted"
      ? `Interrupted after ${iterations} iterations; this is the best until then.${going}`
      : `Complete after ${iterations} iterations.`;
  return [
    comparisonText(metrics.comparison),
    "",
    fitSummary(metrics),
    `Measured on ${heldOutSamples} held-out states${droppedText(dropped)}.${lossText(losses.at(-1)?.loss, noiseFloor)}`,
    ...boundsLine(metrics.calibration),
    `${ending} ${formatNumber(seconds.reference)} s for references, ${formatNumber(seconds.fit)} s for fitting, ` +
      `${formatNumber(seconds.measure)} s for measuring.`,
    ...(brokenSolver === undefined ? [] : ["There is no solver.onnx: it breaks on these states."]),
    ...wroteLines(paths),
  ].join("\n");
}

/** Bounds of errors, in a line or none. */
function boundsLine(calibration: FitRun["metrics"]["calibration"]): string[] {
  const level = calibration?.levels.findLast(({ coverage }) => coverage <= SHOWN_COVERAGE);
  if (calibration === undefined || level === undefined) return [];
  const { coverage, bounds } = level;
  const [least, most] = [Math.min(...bounds), Math.max(...bounds)].map(formatNumber);
  const range = least === most ? least : `${least} to ${most}, ${SCORED[calibration.score]}`;
  return [
    `${formatNumber(100 * coverage)} % of new states like these end within ${range}, as measured on ${calibration.samples} ` +
      "others: `solve --guard` uses these bounds.",
  ];
}

/** What bounds depend on. */
const SCORED = {
  predicted: "by what the solver sees of each",
  own: "by what its corrections add",
  none: "the same for all",
} as const;

/** The coverage in the summary. */
const SHOWN_COVERAGE = 0.95;

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
      coefficients: place("coefficients.json"),
      learned: place("learned.onnx"),
      student: place("student.onnx"),
      solver: place("solver.onnx"),
      metrics: place("metrics.json"),
      report: place("report.html"),
      checkpoint: checkpoint ?? null,
    },
    files: paths,
  };
}

/** Nothing where nothing was trained. */
function lossText(last: number | undefined, noiseFloor: number | undefined): string {
  if (last === undefined) return "";
  const floor = noiseFloor === undefined ? "" : `, noise floor ${formatNumber(noiseFloor)}`;
  return ` Last loss ${formatNumber(last)}${floor}.`;
}
