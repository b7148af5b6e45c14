import { join } from "node:path";
import {
  type FlowPlan,
  type FlowRequest,
  flowDefaults,
  flowPhases,
  runFlow,
  type Store,
} from "../../../experiments/index.js";
import { baseNamed, MAX_SPEED } from "../../../models/index.js";
import { defaultEstimator } from "../../../ode/index.js";
import type { Job, JobContext } from "../../command.js";
import { checkpointLeft, checkpointsIn, lookForCheckpoint } from "../../files/checkpoints.js";
import { requireWritableFolder, writeAll } from "../../files/files.js";
import { learnedFiles } from "../../files/learned.js";
import { compileOptions, forOption } from "../../files/models.js";
import { withPngs } from "../../files/picture.js";
import { type TrainingData, trainingData } from "../../files/training-data.js";
import { unusable } from "../../options/usage-error.js";
import { interruptedExit, onInterrupt, TRAINING_STOPS } from "../../terminal/interruption.js";
import type { Output } from "../../terminal/output.js";
import { showProgress } from "../../terminal/show-progress.js";
import { refuseSpareNoise } from "../density/job.js";
import type { TrainCommandOptions } from "./command.js";
import { trainJson, trainText } from "./text.js";

/** `hypersolvers train`. */
export const trainJob: Job<TrainCommandOptions> = async (source, options, desk) => {
  refuseContradictions(options);
  const subject = await trainingData(source, options.seed);
  refuseSpareNoise(options, options.estimator ?? defaultEstimator(subject.data.dimension));
  const out = options.out ?? join("runs", subject.name);
  await requireWritableFolder(out);
  await lookForCheckpoint(out, options.resume === true, desk.output);
  warnOfFarRows(subject, desk.output);
  const checkpoints = checkpointsIn(out);
  const learned = learnedFiles(out, desk.output);
  const interruption = onInterrupt(desk.output, TRAINING_STOPS);
  try {
    const run = await runFlow({
      ...requestOf(subject, checkpoints, options, desk, interruption.signal),
      onLearned: learned.write,
    });
    desk.progress.stop();
    const { paths: files, failure } = await writeAll(out, withPngs(run.artefacts));
    const complete = run.metrics.status === "complete";
    if (complete && failure === undefined) await checkpoints.clear();
    const kept = await checkpointLeft(out, complete);
    return {
      text: trainText(run, files, kept),
      json: trainJson(run, out, files, kept),
      exitCode: complete ? 0 : interruptedExit(),
      failure,
    };
  } catch (error) {
    learned.tell();
    throw error;
  } finally {
    interruption.release();
  }
};

function requestOf(
  { data, name, columns, entropy }: TrainingData,
  checkpoints: Store,
  options: TrainCommandOptions,
  { output, progress, commandLine }: JobContext,
  signal: AbortSignal,
): FlowRequest {
  const { hidden = flowDefaults.hidden, activation = flowDefaults.activation, base = "normal" } = options;
  const phases = flowPhases(planOf(options));
  const { validations = flowDefaults.validations, depth, seed, figures, resume } = options;
  return {
    ...{ data, title: `A flow for ${name}`, command: commandLine, figures },
    ...(columns !== undefined && { columns }),
    ...(entropy !== undefined && { entropy }),
    training: {
      ...{
        phases,
        network: { hidden, activation, timeDependent: depth },
        validations,
        seed,
        signal,
      },
      base: forOption("--base", () => baseNamed(base)),
      compile: { ...compileOptions(options), parallel: "batch" },
      onProgress: showProgress(progress),
      onWarning: (sentence) => output.warn(sentence),
    },
    checkpoints,
    ...(resume === true && { resume }),
  };
}

function planOf(options: TrainCommandOptions): FlowPlan {
  const { objective, iterations, batch, lr, tolerance, gradient, seminorm } = options;
  const { estimator, noise, kinetic, frobenius, controlState } = options;
  const solver = {
    ...(tolerance !== undefined && { method: `dopri5@${tolerance}` }),
    ...(gradient === "continuous" && {
      adjoint: { kind: "continuous" as const, ...(seminorm === true && { norm: "seminorm" as const }) },
    }),
  };
  const likelihood = {
    ...(Object.keys(solver).length > 0 && { solver }),
    ...(estimator !== undefined && { estimator }),
    ...(noise !== undefined && { noise }),
    ...(kinetic !== undefined && { kinetic }),
    ...(frobenius !== undefined && { frobenius }),
    ...(controlState === true && { controlStateAlone: true }),
  };
  return {
    ...{ objective, likelihood },
    ...(iterations !== undefined && { iterations }),
    ...(batch !== undefined && { batch }),
    ...(lr !== undefined && { learningRate: lr }),
  };
}

function refuseContradictions(options: TrainCommandOptions): void {
  const { objective, tolerance, gradient, seminorm, estimator, noise, kinetic, frobenius, controlState } =
    options;
  const solving = { tolerance, gradient, seminorm, estimator, noise, kinetic, frobenius };
  const given = Object.entries({ ...solving, "control-state": controlState }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`],
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

/** What is out of reach is told before the training, not by its likelihood. */
function warnOfFarRows({ farRows }: TrainingData, output: Output): void {
  if (farRows === 0) return;
  output.warn(
    `${farRows === 1 ? "1 row has" : `${farRows} rows have`} a column more than ${MAX_SPEED} standard deviations from ` +
      "its mean, where a flow hardly gets: look for outliers, or transform the column, by its logarithm for example",
  );
}
