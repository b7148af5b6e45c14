import { mean, type Node, trace } from "../../graph/index.js";
import { fingerprintOf } from "../../hypersolver/internal.js";
import type { Field, Span } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { adam, type Checkpoint } from "../../optim/index.js";
import { runTraining, type Trainer, type Verdict } from "../../optim/internal.js";
import { compile, type NamedTensors, type RunContext } from "../../runtime/index.js";
import { type MachineOptions, machineOf } from "../../runtime/internal.js";
import { item, Random, type Tensor, tensor } from "../../tensor/index.js";
import { withPrefix } from "../../tensor/internal.js";
import { normalBase } from "./base-distribution.js";
import { compileFlowMatching, pathError } from "./flow-matching.js";
import { scheduleOf } from "./training-phase.js";

/** What is spent on a field that learns a flow of states of any shape. */
export interface FieldMatching {
  readonly iterations: number;
  /** States a mini-batch. */
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Validations over the run, about. */
  readonly validations: number;
  /** Decay of the moving average of the parameters, which is what is kept. */
  readonly averageDecay: number;
}

/** Where the data of a field come from. */
export interface MatchedData {
  /** For people, and for checkpoints. */
  readonly description: string;
  /** A mini-batch [batch, …]: a function of the iteration alone. */
  batch(iteration: number): Tensor;
  /** States that training never sees, [n, …]. */
  readonly validation: Tensor;
  readonly checkpoint?: Checkpoint | undefined;
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
}

/** How the training of a field by flow matching ended. */
export interface MatchedField {
  readonly field: Field;
  readonly status: "complete" | "interrupted";
  readonly iterations: number;
  /** Mean loss of blocks of iterations, and the loss on validation states where it was measured. */
  readonly curve: readonly {
    readonly iteration: number;
    readonly loss: number;
    readonly validation?: number | undefined;
  }[];
  readonly seconds: number;
}

const SPAN: Span = [0, 1];

/**
 * Trains a field on states of any shape by flow matching from standard normal draws (`compileFlowMatching`), with t uniform
 * and no tails; validates by the same loss on states that training does not see, and keeps the averaged parameters that did
 * best.
 * @throws UNSUPPORTED_FIELD when f takes one s for the whole batch; NON_FINITE when the loss breaks.
 */
export async function matchField(
  field: Field,
  spec: FieldMatching,
  data: MatchedData,
  context: RunContext = {},
): Promise<MatchedField> {
  const { iterations, validations } = spec;
  const machine = machineOf(context);
  const validation = await compileMatchingLoss(field, data.validation, spec.seed, machine);
  const phase = {
    name: "flow-matching",
    stage: "training (flow matching)",
    iterations,
    learningRate: scheduleOf(spec),
    start: ({ last }: { readonly last: NamedTensors }) =>
      matchingTrainer({ ...field, parameters: last }, spec, data, machine),
  };
  const plan = {
    what: "training",
    advice: "lower the learning rate, or look for outliers in the data",
    settings: JSON.stringify({ spec, data: data.description, field: fingerprintOf(field) }),
    spacing: { points: 100, validations, each: "run" as const },
    checkpoint: data.checkpoint,
    onCheckpoint: data.onCheckpoint,
  };
  try {
    const task = { initial: field.parameters, phases: [phase], validate: validation.verdict };
    const { best, curve, ...outcome } = await runTraining(task, plan, context);
    return {
      ...outcome,
      curve: curve.map(({ iteration, loss, metrics, validated }) => ({
        iteration,
        loss,
        validation: validated ? metrics.validation : undefined,
      })),
      field: { ...field, parameters: best?.values ?? field.parameters },
    };
  } finally {
    await validation.dispose();
  }
}

async function matchingTrainer(
  field: Field,
  { batch, seed, averageDecay }: FieldMatching,
  data: MatchedData,
  machine: MachineOptions,
): Promise<Trainer> {
  const how = { base: normalBase, span: SPAN, optimizer: adam(), clipNorm: 1, averageDecay, batch, seed };
  const matching = { ...how, timeExponent: 1, tails: { share: 0, scale: 1 } };
  const trainer = await compileFlowMatching(field, matching, machine);
  return {
    step: async (iteration, learningRate) => {
      const { nfe: _, ...step } = await trainer.step(data.batch(iteration), learningRate);
      return step;
    },
    values: () => trainer.averaged(),
    state: () => trainer.state(),
    restore: (state) => trainer.restore(state),
    dispose: () => trainer.dispose(),
  };
}

/** The loss on given states with draws and times that stay the same: what parameters are chosen by. */
async function compileMatchingLoss(
  field: Field,
  data: Tensor,
  seed: number,
  machine: MachineOptions,
): Promise<{ verdict(parameters: NamedTensors): Promise<Verdict>; dispose(): Promise<void> }> {
  const { shape, dtype } = stateType(field);
  const [count = 1] = data.shape;
  const state = [count, ...shape.slice(1)];
  const weights = Object.entries(field.parameters).map(
    ([name, value]) => [`weights.${name}`, { shape: value.shape, dtype: value.dtype }] as const,
  );
  const graph = trace(
    {
      data: { shape: state, dtype },
      noise: { shape: state, dtype },
      t: { shape: [count, 1], dtype },
      ...Object.fromEntries(weights),
    },
    (nodes) => {
      const { data: x, noise, t } = nodes;
      const parameters = withPrefix(nodes, "weights.");
      const path = { data: x as Node, noise: noise as Node, t: t as Node };
      return { loss: mean(pathError(field, path, { span: SPAN, parameters }).error) };
    },
  );
  const program = await compile(graph, machine);
  const random = new Random(seed).fork("validation noise");
  const width = data.data.length / count;
  const noise = { ...normalBase.sample(count, width, random), shape: data.shape };
  const t = tensor(
    "float32",
    [count, 1],
    Float32Array.from({ length: count }, (_, i) => (i + 0.5) / count),
  );
  return {
    verdict: async (parameters) => {
      const feeds = Object.entries(parameters).map(([name, value]) => [`weights.${name}`, value]);
      const { loss } = await program.run({ data, noise, t, ...Object.fromEntries(feeds) });
      const validation = item(loss as Tensor);
      return { score: Number.isFinite(validation) ? [validation] : undefined, metrics: { validation } };
    },
    dispose: () => program.dispose(),
  };
}
