import {
  div,
  type Graph,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  norm,
  trace,
} from "../../graph/index.js";
import type { Field } from "../../ode/index.js";
import { controlNodes, controlSpecs, stateType, withOpenParameters } from "../../ode/internal.js";
import { adam, compileTraining, type Training } from "../../optim/index.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { completeSpec } from "../../spec/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import type { Correction } from "../correction/correction.js";
import { columnStatistics, rootMeanSquare } from "../correction/statistics.js";
import { residualDistance } from "../fit/losses.js";
import { type StateErrors, stateErrors } from "../measure/measure.js";
import type { ResidualRows } from "../reference/residual-rows.js";
import { RESIDUAL } from "../reference/training-data.js";
import { type CompleteFollow, type FollowSpec, followTable } from "./follow-table.js";
import {
  type FollowedNetwork,
  followedNetwork,
  INPUT_SCALE,
  OUTPUT_SCALE,
  rescaledState,
  type Scales,
} from "./followed-network.js";
import type { Observation } from "./observer.js";
import { openHyperEnd } from "./open-solve.js";
import { RowMemory } from "./row-memory.js";

/** A correction that learns while its field does. */
export interface Follower {
  readonly spec: CompleteFollow;
  /** g as structure, with the values that it has now: averages of its weights, and its scales. */
  correction(): Correction;
  /** How far the hypersolver's ends are from those of an observation, whose parameters the field has. */
  error(observation: Observation): Promise<StateErrors>;
  /**
   * Updates g on what was observed now, and on what it remembers of before.
   * @returns mean over the updates of the relative error of g before them: mean ‖R − g‖ over the size of R; NaN for none.
   */
  learn(observation: Observation, updates: number): Promise<number>;
  /** All that continues bit by bit. */
  state(): NamedTensors;
  /** @throws INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_MISMATCH when it is of another follower. */
  restore(state: NamedTensors): void;
  dispose(): Promise<void>;
}

/** A scale that is off by more is renewed. */
const MOST_OFF = 2;
const CLIP_NORM = 1;

/**
 * A correction g for a field that is being trained (Poli et al., 2020, proposition 1: the field moves little in an
 * iteration, so g needs little to follow). Residual fitting by Adam; the weights are kept relative to the size of what g sees
 * and makes, which is renewed without changing g when it has moved.
 * @throws INVALID_ARGUMENT naming the option that makes no sense.
 */
export async function compileFollower(
  field: Field,
  spec: FollowSpec,
  options: CompileOptions = {},
): Promise<Follower> {
  const complete = completeSpec(followTable, spec);
  const network = firstNetwork(field, complete);
  const { correction } = network;
  const { [INPUT_SCALE]: inputScale, [OUTPUT_SCALE]: outputScale, ...weights } = correction.parameters;
  let scales = { [INPUT_SCALE]: inputScale, [OUTPUT_SCALE]: outputScale } as Scales;
  const training = await compileLearning(network, weights, complete, { hot: true, ...options });
  const solve = await compile(errorGraph(field, correction, complete), options);
  const values = (): NamedTensors => ({ ...training.averaged(), ...scales });
  const memory = new RowMemory(complete.memory);
  const renewed = (rows: ResidualRows): void => {
    const found = scalesOf(network, rows);
    if (!isOff(scales, found)) return;
    training.restore(rescaledState(training.state(), ["parameters.", "average."], network, scales, found));
    scales = found;
  };
  return {
    spec: complete,
    correction: () => ({ ...correction, parameters: values() }),
    error: async ({ parameters, z0, controls, end }) => {
      const feeds = { ...parameters, ...controls, "/z0": z0, ...prefixed(values(), WEIGHT) };
      const outputs = await solve.run(feeds);
      return stateErrors(outputs[END] as Tensor, end);
    },
    learn: async (observation, updates) => {
      const rows = seenRows(network, observation);
      memory.add(rows);
      if (updates > 0) renewed(rows);
      let total = 0;
      for (let i = 0; i < updates; i++)
        total += (await training.step({ ...memory.at(i), ...scales }, complete.learningRate)).loss;
      return total / updates;
    },
    state: () => ({
      ...prefixed(training.state(), TRAINING),
      ...prefixed(scales, SCALE),
      ...prefixed(memory.state(), MEMORY),
    }),
    restore: (saved) => {
      training.restore(withPrefix(saved, TRAINING));
      scales = { ...scales, ...withPrefix(saved, SCALE) };
      memory.restore(withPrefix(saved, MEMORY));
    },
    dispose: async () => {
      await training.dispose();
      await solve.dispose();
    },
  };
}

const firstNetwork = (field: Field, spec: CompleteFollow): FollowedNetwork =>
  followedNetwork(field, spec, new Random(spec.seed).fork("network"));

/** The correction that a follower begins with. @throws as `compileFollower`. */
export const firstCorrection = (field: Field, spec: FollowSpec): Correction =>
  firstNetwork(field, completeSpec(followTable, spec)).correction;

/** Keeps a weight of g apart from the field's inputs. */
const WEIGHT = "/g ";
/** Where it arrives. */
const END = "/end";
/** Parts of a state. */
const TRAINING = "training/";
const SCALE = "scale/";
const MEMORY = "memory/";

function compileLearning(
  { correction, seen }: FollowedNetwork,
  weights: NamedTensors,
  { averageDecay }: CompleteFollow,
  options: CompileOptions,
): Promise<Training> {
  const { inputs, outputs } = correction.graph;
  const type = (node: Node): InputSpec => ({ shape: node.shape, dtype: node.dtype });
  const batch: Record<string, InputSpec> = {
    ...Object.fromEntries(
      [...seen, INPUT_SCALE, OUTPUT_SCALE].map((name) => [name, type(inputs[name] as Node)]),
    ),
    [RESIDUAL]: type(outputs.g as Node),
  };
  return compileTraining(
    {
      parameters: weights,
      batch,
      loss: (nodes: NamedNodes, given: NamedNodes) => relativeResidual(correction, nodes, given),
      optimizer: adam(),
      clipNorm: CLIP_NORM,
      averageDecay,
    },
    options,
  );
}

/** mean ‖R − g‖ over the size of R, as `OUTPUT_SCALE` has it: the δ of theorem 1. */
export function relativeResidual(correction: Correction, weights: NamedNodes, given: NamedNodes): Node {
  const { [INPUT_SCALE]: inputScale, [OUTPUT_SCALE]: outputScale, ...rows } = given as Record<string, Node>;
  const scales = { [INPUT_SCALE]: inputScale as Node, [OUTPUT_SCALE]: outputScale as Node };
  const area = (rows[RESIDUAL] as Node).shape
    .slice(2)
    .reduce<number>((product, extent) => product * Number(extent), 1);
  const size = mul(norm(outputScale as Node), Math.sqrt(area));
  return div(residualDistance(correction, { ...weights, ...scales }, rows), size);
}

function errorGraph(field: Field, correction: Correction, place: CompleteFollow): Graph {
  const open = withOpenParameters(field);
  const specs: Record<string, InputSpec> = {
    ...controlSpecs(open),
    "/z0": stateType(field),
    ...Object.fromEntries(
      Object.entries(correction.parameters).map(([name, { shape, dtype }]) => [
        `${WEIGHT}${name}`,
        { shape, dtype },
      ]),
    ),
  };
  return trace(specs, (nodes: NamedNodes) => ({
    [END]: openHyperEnd(open, correction, place, {
      z0: nodes["/z0"] as Node,
      controls: controlNodes(open, nodes),
      weights: withPrefix(nodes, WEIGHT),
    }),
  }));
}

/** What g sees, and what it is to make. */
const seenRows = ({ seen }: FollowedNetwork, { rows }: Observation): ResidualRows =>
  Object.fromEntries([...seen, RESIDUAL].map((name) => [name, rows[name] as Tensor]));

/** Root mean squares of what g sees and of what it is to make, one a channel. */
function scalesOf({ seen, correction }: FollowedNetwork, rows: ResidualRows): Scales {
  const { dtype } = correction.parameters[INPUT_SCALE] as Tensor;
  const size = (name: string): readonly number[] => [
    ...rootMeanSquare(columnStatistics(rows[name] as Tensor)),
  ];
  const vector = (values: readonly number[]): Tensor => fromNumbers(values, [values.length], dtype);
  return { [INPUT_SCALE]: vector(seen.flatMap(size)), [OUTPUT_SCALE]: vector(size(RESIDUAL)) };
}

/** Whether any scale has moved by a factor that is worth the renewal. */
const isOff = (before: Scales, after: Scales): boolean =>
  ([INPUT_SCALE, OUTPUT_SCALE] as const).some((name) => {
    const old = toFloat64(before[name]);
    return toFloat64(after[name]).some((value, i) => {
      const ratio = value / (old[i] ?? value);
      return ratio > MOST_OFF || ratio < 1 / MOST_OFF;
    });
  });
