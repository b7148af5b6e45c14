import { type ImageBatch, oneHot } from "../../../data/index.js";
import { splitState } from "../../../nn/internal.js";
import { compileGradient, type GradientOptions, type SolveGradient } from "../../../ode/index.js";
import type { CompileOptions } from "../../../runtime/index.js";
import { isBroken, type Tensor, unlessItBreaks } from "../../../tensor/index.js";
import { compileOutsideGradient } from "../../outside-gradient.js";
import { wholeModule } from "../architecture.js";
import type { Classifier } from "../classifier.js";
import type { ClassifierStep, ClassifierTrainer, UpdateOptions } from "./classifier-trainer.js";
import { compileFieldBuffers, fieldInTraining, type PathPoint } from "./field-in-training.js";
import { compileHeadTraining, compileStemTraining } from "./part-gradients.js";

export interface AdjointTrainingOptions extends UpdateOptions {
  readonly solver: Pick<GradientOptions, "method" | "adjoint">;
}

/**
 * Training through a solve of its own: h_x, the solve, h_y, the way back over the solve, the way back over h_x, and the
 * update, each a program. Steps may be chosen by tolerances, and the gradient may be the continuous adjoint.
 *
 * Running statistics inside f move once an iteration, toward the mean of the batch statistics at the ends of the
 * accepted steps.
 */
export async function compileAdjointTraining(
  classifier: Classifier,
  { solver, ...update }: AdjointTrainingOptions,
  machine: CompileOptions = {},
): Promise<ClassifierTrainer> {
  const parts = await compileParts(classifier, { solver, ...update }, machine);
  const { fieldBuffers, solve, stem, head, training } = parts;
  return {
    get iteration() {
      return training.iteration;
    },
    step: (batch, learningRate) => iterate(classifier, parts, batch, learningRate),
    values: () => ({
      ...(update.averageDecay === undefined ? training.parameters() : training.averaged()),
      ...training.buffers(),
    }),
    state: () => training.state(),
    restore: (saved) => training.restore(saved),
    dispose: async () => {
      for (const program of [fieldBuffers, solve, stem, head, training]) await program.dispose();
    },
  };
}

/** The programs of an iteration, and where a solve leaves the path that f's buffers follow. */
type Parts = Awaited<ReturnType<typeof compileParts>>;

async function compileParts(
  classifier: Classifier,
  { solver, ...update }: AdjointTrainingOptions,
  machine: CompileOptions,
) {
  const { architecture, state } = classifier;
  // Batch statistics inside f, and sums over the batch on the way back: the batch stays whole.
  const { parallel: _, ...undivided } = machine;
  const runtime = { hot: true, ...undivided };
  const path: PathPoint[] = [];
  const follow: GradientOptions["onStep"] = ({ s, dt, accepted, y }) => {
    if (accepted) path.push({ s: s + dt, z: y });
  };
  const watches = architecture.field(0).buffers !== undefined;
  return {
    path,
    fieldBuffers: await compileFieldBuffers(classifier, runtime),
    solve: await compileGradient(fieldInTraining(classifier), {
      ...runtime,
      ...solver,
      span: architecture.span,
      onStep: watches ? follow : undefined,
    }),
    stem: await compileStemTraining(classifier, runtime),
    head: await compileHeadTraining(classifier, runtime),
    training: await compileOutsideGradient(
      { ...update, ...splitState(wholeModule(architecture), state) },
      runtime,
    ),
  };
}

async function iterate(
  { architecture }: Classifier,
  { path, fieldBuffers, solve, stem, head, training }: Parts,
  { images, labels }: ImageBatch,
  learningRate: number,
): Promise<ClassifierStep> {
  const parameters = training.parameters();
  const values = { ...parameters, ...training.buffers() };
  const start = await stem.run(images, values);
  let seen: Awaited<ReturnType<typeof head.run>> | undefined;
  const cotangent = async (states: readonly Tensor[]): Promise<Tensor> => {
    seen = await head.run(states.at(-1) as Tensor, oneHot(labels, architecture.classes), values);
    return seen.cotangent;
  };
  path.length = 0;
  const inputs = { parameters: splitState(architecture.field(0), parameters).parameters };
  const result = await unlessItBreaks(solve.run(start.z, cotangent, inputs));
  if (isBroken(result)) return { ...untaken, broken: result };
  if (seen === undefined) return untaken;
  const report = reportOf(seen, result);
  if (!Number.isFinite(report.loss)) return report;
  const ofStem = await stem.pullBack(images, result.z0, values);
  const gradients = { ...ofStem, ...result.parameters, ...seen.gradients };
  const ofField = await fieldBuffers.moved(path, values);
  const buffers = { ...start.buffers, ...ofField, ...seen.buffers };
  const { taken, gradientNorm } = await training.step(gradients, learningRate, buffers);
  return { ...report, taken, gradientNorm };
}

const untaken: ClassifierStep = {
  loss: Number.NaN,
  accuracy: 0,
  gradientNorm: Number.NaN,
  taken: false,
  nfe: Number.NaN,
  backwardNfe: Number.NaN,
};

const reportOf = (
  { loss, accuracy }: Pick<ClassifierStep, "loss" | "accuracy">,
  { solution, backward }: SolveGradient,
): ClassifierStep => ({
  ...untaken,
  loss,
  accuracy,
  nfe: solution.statistics.nfe,
  backwardNfe: backward.nfe,
});
