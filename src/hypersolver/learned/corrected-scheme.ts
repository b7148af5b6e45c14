import { add, constant, mul, type NamedNodes, type Node, type Operand, sub } from "../../graph/index.js";
import { type Field, fieldMacs, type NonStationaryCoefficients } from "../../ode/index.js";
import {
  evaluateField,
  graphAlgebra,
  type MethodCost,
  nonStationaryStep,
  repeatedStep,
  type StepRecord,
  type StepScheme,
  type StepSite,
} from "../../ode/internal.js";
import type { Tensor } from "../../tensor/index.js";
import { type CorrectionSite, correctionMacs, evaluateCorrection } from "../correction/correction.js";
import { type CorrectedCoefficients, correctionBlocks } from "./corrected-coefficients.js";
import { networkFor } from "./network-for.js";
import { minus, times } from "./operands.js";

/** Nodes for weights in training. @param network counted from 0. */
export type NetworkWeights = (network: number, name: string, value: Tensor) => Node;

/**
 * Corrected coefficients on a field, as graph; coefficients and gains may be nodes, to train them.
 * @param weights default: the stored values as constants.
 * @throws SHAPE_MISMATCH for a field of other states than the networks correct.
 */
export function correctedScheme(
  field: Field,
  solver: CorrectedCoefficients<Operand>,
  weights: NetworkWeights = (_, _name, value) => constant(value),
): StepScheme {
  const networks = solver.networks.map((network) => networkFor(network, field));
  const which = (block: number): number => (networks.length === 1 ? 0 : block);
  const features = networks.map((network) => network.features);
  const scheme = repeatedStep(costOf(field, solver), (site) =>
    correctedStep(field, { ...solver, features }, site, (state, block, seen) => {
      const network = networks[which(block)];
      if (network === undefined) return state;
      const g = evaluateCorrection(network, seen, (name, value) => weights(which(block), name, value));
      return add(state, mul(g, solver.gains[block] ?? 1));
    }),
  );
  return { ...scheme, readsStart: networks.some(({ inputs }) => inputs.includes("z0")) };
}

/** What decides a solve but for the corrections themselves. */
interface CorrectedPlan extends Pick<CorrectedCoefficients<Operand>, "coefficients" | "every"> {
  /** Tensors of f that corrections look at: of each, or of all. */
  readonly features: readonly (readonly string[])[];
}

/** A state that the coefficients lead to, corrected. @param block counted from 0. */
type Correct = (state: Node, block: number, seen: CorrectionSite) => Node;

/** A solve by coefficients that shows every correction what has been computed since the last one. */
export function correctedStep(
  field: Field,
  { coefficients, every, features: wanted }: CorrectedPlan,
  { s, dt, z, z0, controls, algebra = graphAlgebra }: StepSite,
  correct: Correct,
): StepRecord {
  const blocks = correctionBlocks(coefficients.times.length, every);
  const stages: Node[] = [];
  const states: Node[] = [z];
  const added: Node[] = [];
  let features: NamedNodes = {};
  const f = (time: Operand, state: Node): Node => {
    const first = blocks.findIndex(({ start }) => start === stages.length);
    const names = first < 0 ? [] : (wanted[first] ?? wanted[0] ?? []);
    const value = evaluateField(field, time, state, { controls }, names);
    if (first >= 0) ({ features } = value);
    stages.push(value.dz);
    return value.dz;
  };
  const change = (state: Node, index: number): Node => {
    const block = blocks.findIndex(({ end }) => end === index);
    const { start } = blocks[block] ?? {};
    const changed = start === undefined ? state : correct(state, block, seenSince(start, index));
    if (start !== undefined) added.push(sub(changed, state));
    states.push(changed);
    return changed;
  };
  const seenSince = (start: number, index: number): CorrectionSite => ({
    z: states[start] ?? z,
    stages: stages.slice(start),
    epsilon: times(dt, covered(coefficients, start, index)),
    s: algebra.time(s, coefficients.times[start] ?? 0, dt),
    z0,
    controls,
    features,
  });
  const { y1 } = nonStationaryStep<Node, Operand>(coefficients, f, algebra, { s, dt, y: z }, change);
  const [first, ...others] = added;
  const correction = first && others.reduce((sum, each) => add(sum, each), first);
  return correction === undefined ? { z1: y1, stages } : { z1: y1, stages, correction };
}

/** What one solve costs. */
function costOf(field: Field, { coefficients, every, networks }: CorrectedCoefficients<unknown>): MethodCost {
  const nfe = coefficients.times.length;
  const gCalls = correctionBlocks(nfe, every).length;
  const each = networks.map(correctionMacs).reduce((total, macs) => total + macs, 0);
  const g = networks.length === 1 ? gCalls * each : each;
  return { nfe, gCalls, macs: nfe * fieldMacs(field) + g };
}

/** The share of the span between two states. */
const covered = (of: NonStationaryCoefficients<Operand>, from: number, to: number): Operand =>
  minus(of.times[to] ?? 1, of.times[from] ?? 0);
