import { join } from "node:path";
import { type FlowPlan, type FlowRequest, flowPhases, runFlow } from "../../../experiments/index.js";
import { checkpointing } from "../../../experiments/internal.js";
import { baseNamed, MAX_SPEED } from "../../../models/internal.js";
import { defaultEstimator } from "../../../ode/internal.js";
import { completeSpec } from "../../../spec/index.js";
import { pickSpec } from "../../../spec/internal.js";
import type { JobResult } from "../../command.js";
import { checkpointLeft, checkpointsIn, lookForCheckpoint } from "../../files/checkpoints.js";
import { configArtifact, writeConfig } from "../../files/config-artifact.js";
import { writeAll } from "../../files/files.js";
import { learnedFiles } from "../../files/learned.js";
import { requirePictures, withPngs } from "../../files/picture.js";
import { inRunFolder } from "../../files/run-claim.js";
import { type TrainingData, trainingData } from "../../files/training-data.js";
import type { MachineContext, SpecJob } from "../../options/spec-command.js";
import { unusable } from "../../options/usage-error.js";
import { interruptedExit, onInterrupt, TRAINING_STOPS } from "../../terminal/interruption.js";
import type { Output } from "../../terminal/output.js";
import { showProgress } from "../../terminal/show-progress.js";
import { refuseSpareNoise } from "../density/spare-noise.js";
import { type TrainOptions, trainTable } from "./table.js";
import { trainJson, trainText } from "./text.js";

/** `hypersolvers train`. */
export const trainJob: SpecJob<typeof trainTable> = {
  run: (spec, context) => trained(completeSpec(trainTable, spec), context),
  effective: async (spec) => {
    const options = completeSpec(trainTable, spec);
    refuseContradictions(options);
    return repeated(options, (await trainingData(spec.data, options.seed)).name);
  },
};

/** The options that repeat a run: every choice made. */
function repeated(options: TrainOptions, name: string): TrainOptions {
  const [first] = flowPhases(planOf(options));
  const { out = join("runs", name) } = options;
  return pickSpec(trainTable, {
    ...options,
    iterations: first?.iterations,
    learningRate: first?.learningRate,
    out,
    resume: undefined,
    force: undefined,
  }) as TrainOptions;
}

async function trained(options: TrainOptions, context: MachineContext): Promise<JobResult> {
  refuseContradictions(options);
  const subject = await trainingData(options.data, options.seed);
  refuseSpareNoise(options, options.estimator ?? defaultEstimator(subject.data.dimension));
  const out = options.out ?? join("runs", subject.name);
  return inRunFolder(out, options, () => trainedIn(out, subject, options, context));
}

async function trainedIn(
  out: string,
  subject: TrainingData,
  options: TrainOptions,
  context: MachineContext,
): Promise<JobResult> {
  if (options.figures !== false) requirePictures("or add --no-figures");
  await lookForCheckpoint(out, options.resume === true, context.output);
  warnOfFarRows(subject, context.output);
  const checkpoints = checkpointsIn(out);
  const config = configArtifact(trainTable, repeated(options, subject.name));
  const request = requestOf(subject, options, context.commandLine);
  await writeConfig(out, config, options.resume === true);
  const learned = learnedFiles(out, context.output, config);
  const interruption = onInterrupt(context.output, TRAINING_STOPS);
  try {
    const kept = await checkpointing(checkpoints, options.resume === true);
    const run = await runFlow(
      { ...request, ...kept, onLearned: learned.write },
      {
        ...context.machine,
        parallel: "batch",
        signal: interruption.signal,
        onProgress: showProgress(context.progress),
        onWarning: (sentence) => context.output.warn(sentence),
      },
    );
    context.progress.stop();
    const { paths: files, failure } = await writeAll(out, [...withPngs(run.artifacts), config]);
    const complete = run.metrics.status === "complete";
    if (complete && failure === undefined) await checkpoints.clear();
    const left = await checkpointLeft(out, complete);
    return {
      text: trainText(run, files, left),
      json: trainJson(run, out, files, left),
      exitCode: complete ? 0 : interruptedExit(),
      failure,
    };
  } catch (error) {
    await learned.tell();
    throw error;
  } finally {
    interruption.release();
  }
}

function requestOf(
  { data, name, columns, entropy }: TrainingData,
  options: TrainOptions,
  command: string,
): FlowRequest {
  const { hidden, activation, base, validations, depth, seed, figures } = options;
  const network = { hidden, activation, timeDependent: depth };
  return {
    data,
    columns,
    entropy,
    title: `A flow for ${name}`,
    command,
    figures,
    spec: { phases: flowPhases(planOf(options)), network, validations, seed },
    base: baseNamed(base),
  };
}

function planOf(options: TrainOptions): FlowPlan {
  const { objective, iterations, batch, learningRate, tolerance, gradient, seminorm } = options;
  const { estimator, noise, kinetic, frobenius, toleranceOnState } = options;
  const norm = seminorm === true ? ("seminorm" as const) : undefined;
  const solver = {
    method: tolerance === undefined ? undefined : `dopri5@${tolerance}`,
    adjoint: gradient === "continuous" ? { kind: gradient, norm } : undefined,
  };
  const likelihood = { solver, estimator, noise, kinetic, frobenius, toleranceOnState };
  return { objective, iterations, batch, learningRate, likelihood };
}

function refuseContradictions(options: TrainOptions): void {
  const { objective, tolerance, gradient, seminorm, estimator, noise, kinetic, frobenius, toleranceOnState } =
    options;
  const solving = { tolerance, gradient, seminorm, estimator, noise, kinetic, frobenius };
  const given = Object.entries({ ...solving, "tolerance-on-state": toleranceOnState }).flatMap(
    ([name, value]) => (value === undefined || value === false ? [] : [`--${name}`]),
  );
  if (objective === "flow-matching" && given.length > 0)
    throw unusable(
      given.join(", "),
      "--objective maximum-likelihood or both: flow matching solves nothing",
      "flow-matching",
      `drop ${given.join(" and ")}, or choose another --objective`,
    );
  if (seminorm === true && gradient !== "continuous")
    throw unusable("--seminorm", "--gradient continuous beside it", gradient ?? "the discrete gradient");
}

/** Warns of data out of reach before the training: its likelihood would show it too late. */
function warnOfFarRows({ farRows }: TrainingData, output: Output): void {
  if (farRows === 0) return;
  output.warn(
    `${farRows === 1 ? "1 row has" : `${farRows} rows have`} a column more than ${MAX_SPEED} standard deviations from ` +
      "its mean, where a flow hardly gets: look for outliers, or transform the column, by its logarithm for example",
  );
}
