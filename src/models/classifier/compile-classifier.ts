import { countMacs } from "../../graph/index.js";
import { type Correction, hyperRule } from "../../hypersolver/index.js";
import {
  type CompiledSolveOptions,
  compileSolve,
  type FieldStatistics,
  orThrow,
  planSolve,
  type SolvePlan,
  type StepRule,
  tableauRule,
} from "../../ode/index.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { cast, fail, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import type { Classifier } from "./classifier.js";
import { compileHead, compileStem } from "./classifier-ends.js";
import { fixedGraph } from "./fixed-graph.js";
import { type ClassifierInput, preparedImages } from "./image-input.js";

/**
 * How a classifier solves its equation: `steps` of a method or of a corrected one, or step control by tolerances
 * (default 1e-4 both).
 */
export interface ClassifierSolveOptions
  extends Omit<CompiledSolveOptions, "span" | "times" | "mesh" | "rule" | "onStep"> {
  /** A correction for f: its base method is the method, and it needs `steps`. */
  readonly correction?: Correction;
}

/** What a classifier says of a batch. */
export interface Classification {
  /** [n, classes]. */
  readonly logits: Tensor;
  /** [n], the class of the largest logit. */
  readonly predictions: Uint8Array;
  /** Of h_x, the solve and h_y together; `macs` are multiply–accumulates a sample. */
  readonly statistics: FieldStatistics;
}

export interface CompiledClassifier {
  readonly classifier: Classifier;
  /**
   * Classifies one batch: step control sees all its images together.
   * @param images bytes, or standardised float [n, C, H, W].
   * @throws SHAPE_MISMATCH; INVALID_ARGUMENT for no images; NON_FINITE for images or logits that are not finite;
   *   STEP_LIMIT, STEP_UNDERFLOW, INTERRUPTED as `orThrow`.
   */
  run(images: ClassifierInput): Promise<Classification>;
  dispose(): Promise<void>;
}

/** Tolerance of classifiers where none is asked for, as in the authors' notebooks. */
export const CLASSIFIER_TOLERANCE = 1e-4;

/**
 * Makes a classifier runnable. Fixed steps become one program of h_x, all steps and h_y; step control takes programs of
 * its own between those of h_x and h_y.
 * @throws INVALID_ARGUMENT when options are unusable or contradict each other.
 */
export async function compileClassifier(
  classifier: Classifier,
  options: ClassifierSolveOptions = {},
): Promise<CompiledClassifier> {
  const plan = planOf(classifier, options);
  const parts =
    plan.kind === "fixed"
      ? await fixedParts(classifier, plan, options)
      : await adaptiveParts(classifier, options);
  return {
    classifier,
    run: async (images) => {
      const prepared = preparedImages(classifier.architecture, images);
      const started = performance.now();
      const { logits, statistics } = await parts.run(prepared);
      const milliseconds = performance.now() - started;
      requireFinite(logits);
      return { logits, predictions: predictionsOf(logits), statistics: { ...statistics, milliseconds } };
    },
    dispose: parts.dispose,
  };
}

/** @throws INVALID_ARGUMENT */
export function planOf({ architecture }: Classifier, options: ClassifierSolveOptions): SolvePlan {
  const { correction, controller, ...solver } = options;
  const invalid = (expected: string, received: string): Error =>
    fail("INVALID_ARGUMENT", { what: "correction", expected, received });
  if (correction !== undefined && options.method !== undefined)
    throw invalid("no method beside it: its base is the method", `method ${String(options.method)}`);
  if (correction !== undefined && options.steps === undefined)
    throw invalid("fixed steps: give `steps`", "step control");
  return planSolve({
    ...(options.steps === undefined && { rtol: CLASSIFIER_TOLERANCE, atol: CLASSIFIER_TOLERANCE }),
    ...solver,
    ...(correction !== undefined && { method: correction.base }),
    span: architecture.span,
  });
}

export type FixedPlan = Extract<SolvePlan, { kind: "fixed" }>;

/** What is repeated in fixed steps. */
export const fixedRule = (
  { field }: Classifier,
  { tableau }: FixedPlan,
  correction: Correction | undefined,
): StepRule => (correction === undefined ? tableauRule(field, tableau) : hyperRule(field, correction));

interface Parts {
  run(images: Tensor): Promise<Pick<Classification, "logits" | "statistics">>;
  dispose(): Promise<void>;
}

async function fixedParts(
  classifier: Classifier,
  plan: FixedPlan,
  options: ClassifierSolveOptions,
): Promise<Parts> {
  const rule = fixedRule(classifier, plan, options.correction);
  const graph = fixedGraph(classifier, rule, plan.mesh);
  const program = await compile(graph, { hot: true, ...runtimeOf(options) }, { logits: "rows" });
  const steps = plan.mesh.length - 1;
  const { nfe, gCalls } = rule.cost;
  const statistics = {
    ...{ nfe: nfe * steps, gCalls: gCalls * steps, macs: countMacs(graph) },
    ...{ acceptedSteps: steps, rejectedSteps: 0, milliseconds: 0 },
  };
  return {
    run: async (images) => {
      const { logits } = await program.run({ images });
      return { logits: cast(logits as Tensor, "float32"), statistics };
    },
    dispose: () => program.dispose(),
  };
}

async function adaptiveParts(classifier: Classifier, options: ClassifierSolveOptions): Promise<Parts> {
  const { correction: _, ...solver } = options;
  const stem = await compileStem(classifier, runtimeOf(options));
  const head = await compileHead(classifier, runtimeOf(options));
  const solve = await compileSolve(classifier.field, {
    ...{ rtol: CLASSIFIER_TOLERANCE, atol: CLASSIFIER_TOLERANCE },
    ...solver,
    span: classifier.architecture.span,
  });
  return {
    run: async (images) => {
      const solution = await solve.run(await stem.run(images));
      const { states, statistics } = orThrow(solution) as typeof solution;
      return {
        logits: await head.run(states.at(-1) as Tensor),
        statistics: { ...statistics, macs: statistics.macs + stem.macs + head.macs },
      };
    },
    dispose: async () => {
      for (const program of [stem, solve, head]) await program.dispose();
    },
  };
}

/** A worker thread can be sent no callbacks: only what the runtime knows. */
function runtimeOf(options: ClassifierSolveOptions): CompileOptions {
  const { device, threads, hot, oneShot, worker, parallel } = options;
  const given = Object.entries({ device, threads, hot, oneShot, worker, parallel });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function requireFinite(logits: Tensor): void {
  const bad = firstNonFinite(logits);
  if (bad < 0) return;
  throw fail("NON_FINITE", {
    what: "logits",
    received: `NaN or infinity for image ${Math.floor(bad / (logits.shape[1] ?? 1))}, counted from 0`,
    help: "look at the weights, or take more steps",
  });
}

/** The place of the largest of each row; of equal ones the first. */
export function predictionsOf({ data, shape }: Tensor): Uint8Array {
  const [count = 0, classes = 1] = shape;
  const predictions = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    let best = row * classes;
    for (let i = best + 1; i < (row + 1) * classes; i++) if (Number(data[i]) > Number(data[best])) best = i;
    predictions[row] = best - row * classes;
  }
  return predictions;
}
