import {
  constant,
  type InputSpec,
  mean,
  mul,
  type NamedNodes,
  type Node,
  norm,
  sub,
  trace,
} from "../../graph/index.js";
import type { ObservedSteps } from "../../hypersolver/index.js";
import { fitSchedule, fitTrainer } from "../../hypersolver/internal.js";
import type { Field, FixedMethod } from "../../ode/index.js";
import { controlNodes, controlSpecs, planMesh, stateType, stepsOf } from "../../ode/internal.js";
import { adamw, compileTraining } from "../../optim/index.js";
import type { TrainerPhase } from "../../optim/internal.js";
import { compile, type NamedTensors, type RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { cast, fromNumbers, item, Random, type Tensor } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import type { EffectiveModelResidual } from "./model-residual-table.js";
import { openResidual, residualWeights } from "./residual-field.js";

/** What is learned from what. */
export interface ResidualProblem {
  /** f + h, with the first weights of h. */
  readonly field: Field;
  readonly method: FixedMethod;
  readonly steps: ObservedSteps;
  readonly spec: EffectiveModelResidual;
  /** Size of each column of h: the loss counts in these. */
  readonly scale: Float64Array;
}

/** Largest Euclidean norm of a gradient. */
const CLIP_NORM = 1;

/**
 * Mean ‖(z1 − Φ(z))/(ε scale)‖ of a batch, with gradients through the solve.
 * @param weights of h, by their names in f + h. @param inputs of `stepSpecs`.
 */
export function residualLoss(problem: ResidualProblem, weights: NamedNodes, inputs: NamedNodes): Node {
  const { scale, steps } = problem;
  const difference = missed(problem, weights, inputs);
  const units = scale.map((size) => 1 / (size * Math.abs(steps.epsilon)));
  return mean(norm(mul(difference, constant(fromNumbers(units, [1, units.length], difference.dtype)))));
}

/** Descends on `residualLoss` by mini-batches of observed steps. */
export function residualPhase(problem: ResidualProblem, context: RunContext): TrainerPhase {
  const { spec, steps } = problem;
  const { iterations, learningRate, weightDecay, seed } = spec;
  const [count = 0] = steps.z.shape;
  const batch = Math.min(spec.batch, count);
  const rowsOf = (iteration: number): number[] => {
    const random = new Random(seed).fork(`batch ${iteration}`);
    return Array.from({ length: batch }, () => random.integer(0, count - 1));
  };
  return {
    ...{ name: "residual", stage: LEARNING, iterations },
    learningRate: fitSchedule(iterations, learningRate, 0),
    start: async ({ best: parameters }) => {
      const training = await compileTraining(
        {
          ...{ parameters, clipNorm: CLIP_NORM, optimizer: adamw({ weightDecay }) },
          batch: stepSpecs(problem, batch),
          loss: (nodes: NamedNodes, inputs: NamedNodes) => residualLoss(problem, nodes, inputs),
        },
        { hot: true, ...machineOf(context) },
      );
      return fitTrainer(training, (iteration) => feedsOf(problem.field, pickSteps(steps, rowsOf(iteration))));
    },
  };
}

/** What progress calls it. */
const LEARNING = "learning what the model lacks";

/** Tells how far from observed ends f + h leads. */
interface ResidualJudge {
  /** Mean Euclidean distance. */
  error(weights: NamedTensors): Promise<number>;
  dispose(): Promise<void>;
}

/** @param steps that training does not see. */
export async function compileResidualJudge(
  problem: ResidualProblem,
  steps: ObservedSteps,
  context: RunContext,
): Promise<ResidualJudge> {
  const weights = residualWeights(problem.field);
  const specs = Object.entries(weights).map(([name, { shape, dtype }]) => [name, { shape, dtype }] as const);
  const graph = trace({ ...stepSpecs(problem), ...Object.fromEntries(specs) }, (inputs: NamedNodes) => {
    const nodes = Object.fromEntries(Object.keys(weights).map((name) => [name, inputs[name] as Node]));
    return { error: mean(norm(missed(problem, nodes, inputs))) };
  });
  const program = await compile(graph, machineOf(context));
  const feeds = feedsOf(problem.field, steps);
  return {
    error: async (values) => {
      const { error } = await program.run({ ...feeds, ...values });
      const value = item(error as Tensor);
      // A solve that broke is worse than any that did not.
      return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
    },
    dispose: () => program.dispose(),
  };
}

/** z1 − Φ(z), [batch, n]. @param weights of h, as nodes. */
function missed(
  { field, method, steps: { epsilon, s = 0 } }: ResidualProblem,
  weights: NamedNodes,
  inputs: NamedNodes,
): Node {
  const { mesh } = planMesh(method.grid, { span: [s, s + epsilon] });
  const controls = { ...controlNodes(field, inputs), ...weights };
  const z0 = inputs["/z"] as Node;
  const records = method.scheme(openResidual(field)).solve({ steps: stepsOf(mesh), z0, controls });
  return sub(inputs["/z1"] as Node, records.at(-1)?.z1 ?? z0);
}

/** Inputs of a program over observed steps; the slash keeps them apart from controls. */
export function stepSpecs(
  { field }: ResidualProblem,
  batch: number | "batch" = "batch",
): Record<string, InputSpec> {
  const sized = ({ shape, dtype = "float32" }: InputSpec): InputSpec => ({
    shape: shape.map((size) => (size === "batch" ? batch : size)),
    dtype,
  });
  const state = sized(stateType(field));
  const controls = Object.entries(controlSpecs(field)).map(([name, spec]) => [name, sized(spec)] as const);
  return { "/z": state, "/z1": state, ...Object.fromEntries(controls) };
}

function feedsOf(field: Field, { z, z1, controls }: ObservedSteps): NamedTensors {
  const { dtype } = stateType(field);
  const given = Object.entries(controls).map(
    ([name, value]) => [name, cast(value, field.graph.inputs[name]?.dtype ?? dtype)] as const,
  );
  return { "/z": cast(z, dtype), "/z1": cast(z1, dtype), ...Object.fromEntries(given) };
}

const pickSteps = (steps: ObservedSteps, rows: readonly number[]): ObservedSteps => ({
  ...steps,
  ...{ z: pickRows(steps.z, rows), z1: pickRows(steps.z1, rows) },
  controls: Object.fromEntries(
    Object.entries(steps.controls).map(([name, value]) => [name, pickRows(value, rows)]),
  ),
});
