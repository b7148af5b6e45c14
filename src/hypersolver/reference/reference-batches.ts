import type { AdaptiveMethod, Field } from "../../ode/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { cast, Random, type Tensor } from "../../tensor/index.js";
import { castFloats } from "../../tensor/internal.js";
import type { FitSettings } from "../fit/fit-settings.js";
import { mapSamples } from "../states/states.js";
import { type MeshPair, randomPairs, reversed, targetPairs, timesOf } from "./mesh-pairs.js";
import { compileReference } from "./reference.js";
import { ReferencePool } from "./reference-pool.js";

/** Reference trajectories of one mini-batch: states only, float32. Everything else is computed from them when needed. */
export interface ReferenceBatch {
  /** Steps to learn from, those of the target mesh first. */
  readonly pairs: readonly MeshPair[];
  /** In the order of integration. */
  readonly times: readonly number[];
  /** [batch, …] at each time. */
  readonly states: readonly Tensor[];
  readonly controls: NamedTensors;
}

/** Mini-batches of reference trajectories, solved when they are needed. */
export interface ReferenceBatches {
  /** @param number of the mini-batch, not below the one before; those between are passed over without being solved. */
  at(number: number): Promise<ReferenceBatch>;
  /** Bytes of states kept, and mini-batches solved. */
  readonly use: () => { readonly bytes: number; readonly solved: number };
  dispose(): Promise<void>;
}

/**
 * Solves references a mini-batch at a time, landing on every mesh point, and keeps as many as `referenceMemory` allows.
 * @throws from `at`, as `Reference.states`; INTERRUPTED when the fit's signal is raised meanwhile.
 */
export async function referenceBatches(
  field: Field,
  fit: FitSettings,
  method: AdaptiveMethod,
): Promise<ReferenceBatches> {
  const reference = await compileReference(field, method, fit.compile);
  const random = new Random(fit.seed);
  const solve = async (index: number): Promise<ReferenceBatch> => {
    const samples = await fit.states.training(fit.batch, random.fork(`reference batch ${index}`));
    const { z0, controls } = mapSamples(samples, (value) => castFloats(value, "float32"));
    const pairs = pairsOf(fit, random.fork(`mesh ${index}`));
    const times = timesOf(fit.span, pairs);
    const states = await reference.states(z0, times, controls, fit.context.signal);
    return { pairs, times, controls, states: states.map((state) => cast(state, "float32")) };
  };
  const pool = new ReferencePool<ReferenceBatch>({
    make: solve,
    bytesOf: ({ states }) => states.reduce((total, { data }) => total + data.byteLength, 0),
    limit: fit.referenceMemory * 2 ** 20,
    count: Math.max(1, Math.ceil(fit.trajectories / fit.batch)),
    random: random.fork("reference order"),
  });
  let current: { readonly number: number; readonly batch: ReferenceBatch } | undefined;
  return {
    at: async (number) => {
      for (let next = (current?.number ?? -1) + 1; next < number; next++) await pool.skip();
      if (current?.number !== number) current = { number, batch: await pool.next() };
      return current.batch;
    },
    use: () => ({ bytes: pool.bytes, solved: pool.made }),
    dispose: () => reference.dispose(),
  };
}

function pairsOf({ span, steps, epsilon, directions }: FitSettings, random: Random): readonly MeshPair[] {
  const forward = [
    ...targetPairs(span, steps),
    ...(epsilon === null ? [] : randomPairs(span, epsilon, steps, random)),
  ];
  return directions === "both" ? [...forward, ...reversed(forward)] : forward;
}

/** The state of a batch at one of its times. */
export const stateAt = ({ times, states }: ReferenceBatch, time: number): Tensor =>
  states[times.indexOf(time)] as Tensor;
