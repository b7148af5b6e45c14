import {
  coefficientLearner,
  correctionLearner,
  type LearnedKind,
  type LearnedSolver,
  type Learner,
  solverLearner,
  studentLearner,
} from "../../../src/experiments/index.js";
import type { FixedMethod } from "../../../src/ode/index.js";
import type { JobContext, ProgressNews } from "./job-context.js";
import { runContext } from "./runtime.js";
import { type Cloud, cloudOf, shownOf } from "./samples.js";
import { type Room, type Subject, subjectOf } from "./subjects.js";

/** What is to be learned. */
export interface FitRequest {
  readonly room: Room;
  readonly learn: LearnedKind;
  /** Of a correction. */
  readonly base: string;
  /** Of a correction: steps over the span. */
  readonly steps: number;
  /** Of anything else: evaluations of the field in the whole solve, or their arithmetic. */
  readonly evaluations: number;
  readonly iterations: number;
}

/** A solver became better. */
export interface BetterNews {
  readonly kind: "better";
  readonly learn: LearnedKind;
  readonly cloud: Cloud;
}

/** How a fit ended. */
export interface FitResult {
  readonly title: string;
  readonly cloud: Cloud;
  readonly parameters: number;
  readonly status: "complete" | "interrupted";
  readonly seconds: { readonly reference: number; readonly fit: number };
}

/** Less than the command line takes: a page should answer in seconds. */
const TRAJECTORIES = { correction: 4096, others: 2048 };
const CORRECTION = { hidden: [64, 64], batch: 256, epsilon: null, referenceTolerance: 1e-5 };
/** As tight as float32 allows. */
const THROUGH = { referenceTolerance: 1e-5 };

function learnerOf({ learn, base, steps, evaluations, iterations }: FitRequest, { span }: Subject): Learner {
  const through = { span, evaluations, iterations, trajectories: TRAJECTORIES.others, ...THROUGH };
  if (learn === "coefficients") return coefficientLearner(through);
  if (learn === "both") return solverLearner(through);
  if (learn === "student") return studentLearner({ ...through, trajectories: TRAJECTORIES.correction });
  const trajectories = TRAJECTORIES.correction;
  return correctionLearner({ span, base, steps, iterations, trajectories, ...CORRECTION });
}

/** Learns a solver, and shows it every time that it became better. */
export async function fit(
  request: FitRequest,
  { tell, signal }: JobContext<ProgressNews | BetterNews>,
): Promise<FitResult> {
  const context = await runContext({ signal });
  const subject = subjectOf(request.room);
  const { learn } = request;
  const show = async (method: FixedMethod): Promise<void> => {
    subject.learned.set(learn, { method });
    tell({ kind: "better", learn, cloud: await cloudOf(subject, method, context) });
  };
  const whole: LearnedSolver = await learnerOf(request, subject).learn(
    subject.field,
    { states: subject.states, onBetter: show },
    {
      ...context,
      onProgress: ({ stage, done, total, metrics = {} }) =>
        tell({ kind: "progress", stage, done, total, metrics }),
    },
  );
  const { method, title, parameters, status, seconds, file: name } = whole;
  const { samples } = await shownOf(subject, context);
  const file = () => ({ name, content: whole.written(samples, [], undefined).content });
  subject.learned.set(learn, { method, file });
  return { title, cloud: await cloudOf(subject, method, context), parameters, status, seconds };
}
