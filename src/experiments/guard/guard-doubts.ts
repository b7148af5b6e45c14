import {
  type Correction,
  compileGuardedSolve,
  hyper,
  type SolveCalibration,
  stateErrors,
} from "../../hypersolver/index.js";
import {
  isBeyondChance,
  isShifted,
  measuringReference,
  referenceEnds,
  type Samples,
} from "../../hypersolver/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import {
  fromNumbers,
  isHypersolversError,
  Random,
  type Tensor,
  tensor,
  toFloat64,
} from "../../tensor/index.js";
import { type GuardGround, shareOf } from "./guard-trials.js";
import type { GuardedFlow } from "./guarded-flow.js";

/** What a guard of 0.95 made of states or of a g that it was not calibrated for. */
export interface DoubtTrial {
  readonly flow: string;
  /** What is not as it was: `states 1.5 times as wide`. */
  readonly changed: string;
  /** Share of all states that end within their bounds, if one goes by them. */
  readonly coverage: number;
  /** Share of all answers that would be kept although they are further off than the guard, if one goes by the bounds. */
  readonly missed: number;
  /** 1 where the solver was refused, its witnesses being others. */
  readonly refused: number;
  /** 1 where the samples were seen to be distributed otherwise; 1 where a spot check of 20 found too many beyond their bounds. */
  readonly noticed: number;
  readonly spotted: number;
  /** `missed` of what nothing spoke against, without a spot check. */
  readonly passed: number;
}

/** States of one kind, with their references. */
interface ShiftedStates {
  readonly changed: string;
  readonly z0: Tensor;
  readonly ends: Tensor;
}

const COVERAGE = 0.95;
const SPOTS = 20;
/** Of each weight of g, relative. */
const NOISES = [0.01, 0.1, 1];
/** Bounds alone are looked at here. */
const NO_GUARD = Number.MAX_VALUE;

/** The held-out states, and the same moved, widened, turned and redrawn, with their references. */
export async function shiftedStates(
  { field, span }: GuardedFlow,
  { samples: { z0 } }: GuardGround,
  seed: number,
  context: RunContext,
): Promise<ShiftedStates[]> {
  const random = new Random(seed).fork("other states");
  const side = Math.sqrt(3);
  const [c, s] = [Math.SQRT1_2, Math.SQRT1_2];
  const kinds: [string, (x: number, y: number) => readonly [number, number]][] = [
    ["nothing", (x, y) => [x, y]],
    ["states 1.2 times as wide", (x, y) => [1.2 * x, 1.2 * y]],
    ["states 1.5 times as wide", (x, y) => [1.5 * x, 1.5 * y]],
    ["states half a deviation to the right", (x, y) => [x + 0.5, y]],
    [
      "states stretched and rotated by 45°",
      (x, y) => [c * 1.4 * x - (s * y) / 1.4, s * 1.4 * x + (c * y) / 1.4],
    ],
    [
      "other states: uniform in a square",
      () => [side * (2 * random.uniform() - 1), side * (2 * random.uniform() - 1)],
    ],
  ];
  const values = toFloat64(z0);
  const made: ShiftedStates[] = [];
  for (const [changed, move] of kinds) {
    const count = values.length / 2;
    const pairs = Array.from({ length: count }, (_, i) => move(values[2 * i] ?? 0, values[2 * i + 1] ?? 0));
    const data = Float32Array.from(pairs.flat());
    const own = tensor("float32", z0.shape, data);
    const samples: Samples = { z0: own, controls: {} };
    const ends = await referenceEnds(field, span, samples, measuringReference(field), machineOf(context));
    made.push({ changed, z0: own, ends });
  }
  return made;
}

/** What a calibration makes of other states, and of a g whose weights were noised. */
export async function guardDoubts(
  name: string,
  flow: GuardedFlow,
  { guard }: GuardGround,
  shifted: readonly ShiftedStates[],
  { calibration, random }: { readonly calibration: SolveCalibration; readonly random: Random },
  context: RunContext,
): Promise<DoubtTrial[]> {
  const whole = { guard, flow, calibration, random, context };
  const trials: DoubtTrial[] = [];
  for (const states of shifted)
    trials.push({ flow: name, changed: states.changed, ...(await doubtOf(flow.correction, states, whole)) });
  const [asCalibrated] = shifted;
  if (asCalibrated === undefined) return trials;
  for (const noise of NOISES) {
    const changed = `g: noise of ${100 * noise} % on each weight`;
    const sabotaged = noised(flow.correction, noise, random.fork(changed));
    trials.push({ flow: name, changed, ...(await doubtOf(sabotaged, asCalibrated, whole)) });
  }
  return trials;
}

interface DoubtSite {
  readonly guard: number;
  readonly flow: GuardedFlow;
  readonly calibration: SolveCalibration;
  readonly random: Random;
  readonly context: RunContext;
}

async function doubtOf(
  correction: Correction,
  { z0, ends }: ShiftedStates,
  { guard, flow: { field, span }, calibration, random, context }: DoubtSite,
): Promise<Omit<DoubtTrial, "flow" | "changed">> {
  const method = hyper(correction, { steps: 1 });
  const compiled = (own: SolveCalibration): ReturnType<typeof compileGuardedSolve> => {
    const asked = { guard: NO_GUARD, coverage: COVERAGE, trust: true, fallback: method };
    return compileGuardedSolve(field, method, span, own, asked, machineOf(context));
  };
  const refused = await isRefused(compiled(calibration));
  // As if nobody had kept witnesses: what else would have told?
  const solve = await compiled({ ...calibration, witnesses: undefined });
  const { end, bounds, shift } = await solve.run(z0);
  await solve.dispose();
  const errors = stateErrors(end, ends).samples;
  const within = (error: number, row: number): boolean => error <= (bounds[row] ?? 0);
  const missed = shareOf(errors, (error, row) => !(error <= guard) && (bounds[row] ?? 0) <= guard);
  const kept = [...errors.keys()].filter((row) => (bounds[row] ?? Number.NaN) <= guard);
  const spots = [...random.permutation(kept.length)].slice(0, SPOTS).map((at) => kept[at] ?? 0);
  const beyond = spots.filter((row) => !within(errors[row] ?? Number.NaN, row)).length;
  const noticed = isShifted(shift);
  return {
    coverage: shareOf(errors, within),
    missed,
    refused: Number(refused),
    noticed: Number(noticed),
    spotted: Number(isBeyondChance(beyond, spots.length, 1 - COVERAGE)),
    passed: refused || noticed ? 0 : missed,
  };
}

async function isRefused(compiling: ReturnType<typeof compileGuardedSolve>): Promise<boolean> {
  try {
    await (await compiling).dispose();
    return false;
  } catch (error) {
    if (isHypersolversError(error, "CARD_MISMATCH")) return true;
    throw error;
  }
}

/** g with every weight multiplied by 1 + noise · N(0, 1). */
function noised(correction: Correction, noise: number, random: Random): Correction {
  const moved = (weights: Tensor): Tensor =>
    fromNumbers(
      toFloat64(weights).map((value) => value * (1 + noise * random.normal())),
      weights.shape,
      weights.dtype,
    );
  const { parameters } = correction;
  return {
    ...correction,
    parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, moved(value)])),
  };
}
