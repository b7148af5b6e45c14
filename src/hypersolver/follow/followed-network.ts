import {
  concat,
  concatColumns,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  reciprocal,
  reshape,
  trace,
} from "../../graph/index.js";
import { initialize, type Module, mlp, parameterInputs, prelu } from "../../nn/index.js";
import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { cast, fail, fromNumbers, type Random, sizeOf, type Tensor, toFloat64 } from "../../tensor/index.js";
import { asImage, convLayers } from "../correction/conv-network.js";
import type { Correction } from "../correction/correction.js";
import { inputShapes } from "../correction/input-shapes.js";
import type { HiddenActivation } from "../correction/names.js";
import { edgeParameters } from "../correction/network.js";
import { baseOf } from "../fit/base-of.js";
import { hasImageStates } from "../states/subject.js";
import type { CompleteFollow } from "./follow-table.js";

/** Inputs of g's graph that are neither learned nor of the step: root mean squares, one a channel. */
export const INPUT_SCALE = "scale of inputs";
export const OUTPUT_SCALE = "scale of g";

/** A correction whose standardization is data: `correction.parameters` holds weights and both scales. */
export interface FollowedNetwork {
  readonly correction: Correction;
  /** Names of what g sees, in the order of the channels of `INPUT_SCALE`. */
  readonly seen: readonly string[];
  /** The weights that meet the inputs, and those that make the result. */
  readonly edges: ReturnType<typeof edgeParameters>;
}

/**
 * A network g = σ_g net(x/σ_x) for a field in training: an MLP for vectors, convolutions for images. The scales are inputs,
 * because what is typical changes while the field learns; they act on the first and last weights, not on states. The last
 * layer starts at zero.
 * @throws INVALID_ARGUMENT for layers that do not fit the states.
 */
export function followedNetwork(field: Field, spec: CompleteFollow, random: Random): FollowedNetwork {
  const base = baseOf(spec.base);
  const { inputs, hidden } = spec;
  const shapes = inputShapes(field, base, { inputs, features: [] });
  const { shape, dtype } = stateType(field);
  const channels = Object.values(shapes).reduce((total, [own = 0]) => total + own, 0);
  const outputs = Number(shape[1]);
  const layers = layersOf(field, spec, channels, outputs);
  const edges = edgeParameters({ hidden });
  const specs: Record<string, InputSpec> = {
    ...Object.fromEntries(
      Object.entries(shapes).map(([name, own]) => [name, { shape: ["batch", ...own], dtype }]),
    ),
    ...parameterInputs(layers, dtype),
    [INPUT_SCALE]: { shape: [channels], dtype },
    [OUTPUT_SCALE]: { shape: [outputs], dtype },
  };
  const graph = trace(specs, (nodes: NamedNodes) => {
    const parts = Object.keys(shapes).map((name) => nodes[name] as Node);
    return { g: layers.apply({ ...nodes, ...scaledEdges(nodes, edges) }, sideBySide(parts, shape)) };
  });
  const ones = (count: number): Tensor => fromNumbers(new Float64Array(count).fill(1), [count], dtype);
  const weights = Object.entries(initialize(layers, random)).map(([name, value]) => [
    name,
    cast(value, dtype),
  ]);
  const parameters = {
    ...(Object.fromEntries(weights) as NamedTensors),
    [INPUT_SCALE]: ones(channels),
    [OUTPUT_SCALE]: ones(outputs),
  };
  return { correction: { base, inputs, features: [], graph, parameters }, seen: Object.keys(shapes), edges };
}

function layersOf(
  field: Field,
  { hidden, activation, kernels }: CompleteFollow,
  channels: number,
  outputs: number,
): Module {
  if (hidden.length === 0)
    throw fail("INVALID_ARGUMENT", { what: "hidden", expected: "at least one layer", received: "none" });
  if (hasImageStates(field)) {
    const sides = kernels ?? [...hidden, outputs].map(() => 3);
    return convLayers({ hidden, kernels: sides, activation }, channels, outputs);
  }
  const between = activation === "prelu" ? prelu() : (activation as Exclude<HiddenActivation, "prelu">);
  return mlp({ sizes: [channels, ...hidden, outputs], activation: between, zeroOutput: true });
}

/** Vectors as columns, images as channels. */
function sideBySide(parts: readonly Node[], state: Node["shape"]): Node {
  const [, , height, width] = state.map(Number);
  if (height === undefined || width === undefined) return concatColumns(parts);
  return concat(
    parts.map((part) => asImage(part, [height, width])),
    1,
  );
}

/** The first weights for inputs as they are, the last ones for a result of its own size. */
function scaledEdges(nodes: NamedNodes, { first, last }: FollowedNetwork["edges"]): NamedNodes {
  const node = (name: string): Node => nodes[name] as Node;
  const behind = (weight: Node): number[] => weight.shape.slice(2).map(() => 1);
  const [firstWeight, lastWeight] = [node(first.weight), node(last.weight)];
  const [inputScale, outputScale] = [node(INPUT_SCALE), node(OUTPUT_SCALE)];
  const gain = reshape(reciprocal(inputScale), [1, Number(inputScale.shape[0]), ...behind(firstWeight)]);
  const size = reshape(outputScale, [Number(outputScale.shape[0]), 1, ...behind(lastWeight)]);
  return {
    [first.weight]: mul(firstWeight, gain),
    [last.weight]: mul(lastWeight, size),
    [last.bias]: mul(node(last.bias), outputScale),
  };
}

/** Scales as they are: of inputs and of the result. */
export type Scales = Readonly<Record<typeof INPUT_SCALE | typeof OUTPUT_SCALE, Tensor>>;

/**
 * The same function under other scales: what the first and last weights lose, the scales gain. Moving averages move along.
 * @param state parameters by name, behind any prefix: `parameters.0.weight`, `average.0.weight`.
 */
export function rescaledState(
  state: NamedTensors,
  prefixes: readonly string[],
  { edges: { first, last } }: Pick<FollowedNetwork, "edges">,
  before: Scales,
  after: Scales,
): NamedTensors {
  const ratio = (of: keyof Scales): Float64Array => {
    const old = toFloat64(before[of]);
    return toFloat64(after[of]).map((value, i) => value / (old[i] ?? 1));
  };
  const [grown, shrunk] = [ratio(INPUT_SCALE), ratio(OUTPUT_SCALE).map((value) => 1 / value)];
  const changes: Readonly<Record<string, (value: Tensor) => Tensor>> = {
    [first.weight]: (value) => scaledAlong(value, 1, grown),
    [last.weight]: (value) => scaledAlong(value, 0, shrunk),
    [last.bias]: (value) => scaledAlong(value, 0, shrunk),
  };
  const moved = prefixes.flatMap((prefix) =>
    Object.entries(changes).map(([name, change]): [string, Tensor] => {
      const value = state[`${prefix}${name}`] as Tensor;
      return [`${prefix}${name}`, change(value)];
    }),
  );
  return { ...state, ...Object.fromEntries(moved) };
}

/** Every slice along an axis times a number of its own. */
function scaledAlong(value: Tensor, axis: number, factors: Float64Array): Tensor {
  const inner = sizeOf(value.shape.slice(axis + 1));
  const extent = value.shape[axis] ?? 1;
  const scaled = toFloat64(value).map((x, i) => x * (factors[Math.floor(i / inner) % extent] ?? 1));
  return fromNumbers(scaled, value.shape, value.dtype as "float32" | "float64");
}
