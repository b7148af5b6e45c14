import {
  concatColumns,
  crossEntropy,
  gemm,
  type InputSpec,
  type NamedNodes,
  type Node,
  pad,
  trace,
} from "../../graph/index.js";
import type { SolvedTask } from "../../models/index.js";
import { initialize, linear, mlp, parameterInputs } from "../../nn/index.js";
import { type Field, type Method, orThrow, type Span, solveField } from "../../ode/index.js";
import { makeField } from "../../ode/internal.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { prefixed } from "../../tensor/internal.js";
import { type LabeledPoints, spiralPoints } from "./spirals.js";

export const SPAN: Span = [0, 1];
/** State: the point and one more number, in which the arms can pass each other. */
const WIDTH = 3;
const HEAD = "head.";

/** A point of the plane as a state. */
export const stateOf = ({ x }: Pick<LabeledPoints, "x">): Tensor => {
  const values = toFloat64(x);
  const count = x.shape[0] ?? 0;
  return fromNumbers(
    Float32Array.from({ length: WIDTH * count }, (_, i) =>
      i % WIDTH < 2 ? (values[2 * Math.floor(i / WIDTH) + (i % WIDTH)] ?? 0) : 0,
    ),
    [count, WIDTH],
  );
};

/** A Neural ODE whose end a linear layer reads: cross-entropy of two spiral arms. */
export function spiralTask(
  hidden: readonly number[],
  batch: number,
  seed: number,
  machine: CompileOptions,
): SolvedTask {
  const random = new Random(seed);
  const field = spiralField(hidden, random.fork("field"));
  const head = linear(WIDTH, 2);
  const validation = spiralPoints(1000, random.fork("validation"));
  return {
    description: `two spiral arms, ${batch} a mini-batch, seed ${seed}`,
    field,
    span: SPAN,
    parameters: prefixed(initialize(head, random.fork("head")), HEAD),
    batch: { x: { shape: [batch, 2] }, y: { shape: [batch, 2] } },
    start: ({ x }) => pad(x as Node, 1, 0, WIDTH - 2),
    loss: (end, { y }, parameters) => ({
      loss: crossEntropy(logits(end, parameters), y as Node),
      metrics: {},
    }),
    draw: (iteration) => ({ ...spiralPoints(batch, random.fork(`batch ${iteration}`)) }),
    validate: async (parameters) => {
      const accuracy = await spiralAccuracy(field, parameters, "dopri5@1e-3", validation, machine);
      return { score: [-accuracy], metrics: { accuracy } };
    },
    dispose: async () => {},
  };
}

function spiralField(hidden: readonly number[], random: Random): Field {
  const network = mlp({ sizes: [WIDTH + 1, ...hidden, WIDTH], activation: "tanh" });
  const specs: Record<string, InputSpec> = {
    z: { shape: ["batch", WIDTH] },
    s: { shape: ["batch", 1] },
    ...parameterInputs(network),
  };
  const graph = trace(specs, (inputs: NamedNodes) => ({
    dz: network.apply(inputs, concatColumns([inputs.z as Node, inputs.s as Node])),
  }));
  return makeField(
    graph,
    { state: "z", depth: "s", controls: [], output: "dz" },
    initialize(network, random),
  );
}

const logits = (end: Node, parameters: NamedNodes): Node =>
  gemm(end, parameters[`${HEAD}weight`] as Node, parameters[`${HEAD}bias`], { transposeB: true });

/** Share of points that are classified rightly, where a method solves the field. */
export async function spiralAccuracy(
  field: Field,
  parameters: NamedTensors,
  method: Method | string,
  points: LabeledPoints,
  machine: CompileOptions,
): Promise<number> {
  const own = Object.fromEntries(
    Object.keys(field.parameters).map((name) => [name, parameters[name] as Tensor]),
  );
  const trained = { ...field, parameters: own };
  const { states } = orThrow(await solveField(trained, stateOf(points), { ...machine, span: SPAN, method }));
  const end = toFloat64(states.at(-1) as Tensor);
  const [weight, bias] = ["weight", "bias"].map((name) =>
    toFloat64(parameters[`${HEAD}${name}`] as Tensor),
  ) as [Float64Array, Float64Array];
  const labels = toFloat64(points.y);
  const count = points.x.shape[0] ?? 0;
  const logit = (i: number, k: number): number =>
    [0, 1, 2].reduce(
      (sum, j) => sum + (weight[WIDTH * k + j] ?? 0) * (end[WIDTH * i + j] ?? 0),
      bias[k] ?? 0,
    );
  let right = 0;
  for (let i = 0; i < count; i++) if (logit(i, 1) > logit(i, 0) === (labels[2 * i + 1] === 1)) right++;
  return right / count;
}
