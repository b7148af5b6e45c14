import { countMacs } from "../../graph/index.js";
import {
  type AdaptiveMethod,
  compileSolve,
  type FixedMethod,
  type Method,
  orThrow,
  type Tolerances,
} from "../../ode/index.js";
import {
  checkOptionNames,
  compileNames,
  type FieldStatistics,
  interruption,
  requireExplicit,
  resolveMethod,
  runtimeOptions,
} from "../../ode/internal.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { cast, fail, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import type { Classifier } from "./classifier.js";
import { compileHead, compileStem } from "./classifier-ends.js";
import { fixedClassifier } from "./fixed-graph.js";
import { type ClassifierInput, preparedImages } from "./image-input.js";

/** How a classifier solves its equation, and on what. */
export interface ClassifierSolveOptions extends CompileOptions {
  /** Default, and tolerances that its spelling does not say: dopri5 at 1e-4. A correction is one for f. */
  readonly method?: Method | string;
  /** Looked at before and after each batch; by step control also between steps. Which programs run does not depend on it. */
  readonly signal?: AbortSignal | undefined;
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

/** A classifier ready to run, with its way to solve. */
export interface CompiledClassifier {
  readonly classifier: Classifier;
  /**
   * Classifies one batch: step control sees all its images together.
   * @param images bytes, or standardized float [n, C, H, W].
   * @throws SHAPE_MISMATCH; INVALID_ARGUMENT for no images; NON_FINITE for images or logits that are not finite;
   *   STEP_LIMIT, STEP_UNDERFLOW, INTERRUPTED as `orThrow`.
   */
  run(images: ClassifierInput): Promise<Classification>;
  dispose(): Promise<void>;
}

/** Tolerances of classifiers where none are asked for, as in the authors' notebooks. */
export const CLASSIFIER_TOLERANCES: Tolerances = { rtol: 1e-4, atol: 1e-4 };

/**
 * Makes a classifier runnable. Fixed steps become one program of h_x, all steps and h_y; step control takes programs of
 * its own between those of h_x and h_y.
 * @throws INVALID_ARGUMENT for an unknown option, or when the method does not go with the classifier.
 */
export async function compileClassifier(
  classifier: Classifier,
  options: ClassifierSolveOptions = {},
): Promise<CompiledClassifier> {
  checkOptionNames("compileClassifier", options, { ...compileNames, method: true, signal: true });
  const method = requireExplicit(resolveMethod(options.method, CLASSIFIER_TOLERANCES));
  const parts =
    method.kind === "fixed"
      ? await fixedParts(classifier, method, options)
      : await adaptiveParts(classifier, method, options);
  return {
    classifier,
    run: async (images) => {
      const prepared = preparedImages(classifier.architecture, images);
      const isInterrupted = interruption(options.signal);
      if (await isInterrupted()) throw interrupted("before it ran");
      const started = performance.now();
      const { logits, statistics } = await parts.run(prepared);
      const milliseconds = performance.now() - started;
      if (await isInterrupted()) throw interrupted("while it ran");
      requireFinite(logits);
      return { logits, predictions: predictionsOf(logits), statistics: { ...statistics, milliseconds } };
    },
    dispose: parts.dispose,
  };
}

const interrupted = (when: string): Error =>
  fail("INTERRUPTED", { what: "classifier", received: `a stop ${when}` });

interface Parts {
  run(images: Tensor): Promise<Pick<Classification, "logits" | "statistics">>;
  dispose(): Promise<void>;
}

async function fixedParts(
  classifier: Classifier,
  method: FixedMethod,
  options: ClassifierSolveOptions,
): Promise<Parts> {
  const { graph, steps, cost } = fixedClassifier(classifier, method);
  const program = await compile(graph, { hot: true, ...runtimeOptions(options) }, { logits: "rows" });
  const statistics = {
    ...cost,
    macs: countMacs(graph),
    acceptedSteps: steps,
    rejectedSteps: 0,
    milliseconds: 0,
  };
  return {
    run: async (images) => {
      const { logits } = await program.run({ images });
      return { logits: cast(logits as Tensor, "float32"), statistics };
    },
    dispose: () => program.dispose(),
  };
}

async function adaptiveParts(
  classifier: Classifier,
  method: AdaptiveMethod,
  options: ClassifierSolveOptions,
): Promise<Parts> {
  const stem = await compileStem(classifier, runtimeOptions(options));
  const head = await compileHead(classifier, runtimeOptions(options));
  const { span } = classifier.architecture;
  const solve = await compileSolve(classifier.field, { ...options, method, span });
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
function predictionsOf({ data, shape }: Tensor): Uint8Array {
  const [count = 0, classes = 1] = shape;
  const predictions = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    let best = row * classes;
    for (let i = best + 1; i < (row + 1) * classes; i++) if (Number(data[i]) > Number(data[best])) best = i;
    predictions[row] = best - row * classes;
  }
  return predictions;
}
