import {
  type CompiledSteeredSolve,
  type Correction,
  compileControlledSolve,
  compileSteeredSolve,
  hyper,
  measureMethod,
  stateErrors,
  trainStepPolicy,
} from "../../hypersolver/index.js";
import {
  type AdaptiveMethod,
  adaptive,
  adaptiveHeun,
  bosh3,
  dopri5,
  type FixedMethod,
  fixed,
  heun,
} from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, Random, unlessItBreaks } from "../../tensor/index.js";
import type { AgentsSpec } from "./agents-table.js";
import { familyNamed } from "./families.js";
import type { FamilyName } from "./family-names.js";
import { type Ground, groundOf } from "./measuring.js";
import { familyCorrection } from "./within-family.js";

/** A way to solve, and what it gives for what. */
export interface SteeredPoint {
  /** What chooses the steps. */
  readonly by: string;
  /** Tolerance, number of steps, or λ. */
  readonly setting: number;
  /** Mean distance to the reference at the end. */
  readonly error: number;
  /** Evaluations of f and g in evaluations of f, mean over samples. */
  readonly cost: number;
  readonly nfe: number;
  readonly gCalls: number;
}

/** Everything that was tried on one family. */
export interface Steering {
  readonly family: FamilyName;
  readonly points: readonly SteeredPoint[];
}

/** What agents are called. */
export const agentNames = { both: "agent: ε and g", steps: "agent: ε alone" } as const;
/** What they are compared with. */
export const rivalNames = {
  pi: "PI, Heun–Euler",
  piHyper: "PI, Heun–Euler with g",
  bosh3: "PI, bosh3",
  dopri5: "PI, dopri5",
  fixed: "fixed steps, Heun",
  hyper: "fixed steps, Heun with g",
} as const;

/** An evaluation of g is as dear as half an evaluation of f: the ratio of the paper's networks, not of these formulas. */
export const CORRECTION_COST = 0.5;
/** Steps, over those of the family. */
const STEP_FACTORS = [1 / 4, 1 / 2, 3 / 4, 1, 3 / 2, 2, 3];
/** Least and most of an agent's steps, over the family's step. */
const [SHORTEST, LONGEST] = [1 / 3, 3];

/** Agents and their rivals on one family. */
export async function steering(
  name: FamilyName,
  spec: AgentsSpec,
  seed: number,
  context: RunContext,
): Promise<Steering> {
  const { family, span, steps } = familyNamed(name);
  const step = Math.abs(span[1] - span[0]) / steps;
  const range = [step * SHORTEST, step * LONGEST] as const;
  const correction = await familyCorrection(name, "parameters", spec, seed, context, range);
  const ground = await groundOf(
    { field: family.field, span, steps },
    family.states,
    spec.heldOut,
    new Random(seed),
    context,
  );
  const points = [...(await rivals(ground, correction, { step, tolerances: spec.tolerances }, context))];
  for (const costWeight of spec.costWeights)
    for (const by of ["both", "steps"] as const) {
      const { policy } = await trainStepPolicy(
        family.field,
        {
          ...{ base: heun.name, span, epsilon: range, costWeight, correctionCost: CORRECTION_COST },
          ...{ error: "end", iterations: spec.agentIterations, rollouts: 64, seed },
        },
        { states: family.states, correction: by === "both" ? correction : undefined },
        context,
      );
      const solve = await compileSteeredSolve(family.field, policy, span, machineOf(context));
      points.push(...(await pointOf(agentNames[by], costWeight, solve, ground)));
    }
  return { family: name, points };
}

async function rivals(
  ground: Ground,
  correction: Correction,
  { step, tolerances }: { readonly step: number; readonly tolerances: readonly number[] },
  context: RunContext,
): Promise<SteeredPoint[]> {
  const points: SteeredPoint[] = [];
  const { field, span } = ground;
  const machine = machineOf(context);
  const controlled = async (by: string, method: AdaptiveMethod, g?: Correction): Promise<void> => {
    const options = { span, method, firstStep: step, correction: g };
    const solve = await compileControlledSolve(field, options, machine);
    points.push(...(await pointOf(by, method.rtol, solve, ground)));
  };
  for (const tolerance of tolerances) {
    const both = { rtol: tolerance, atol: tolerance };
    await controlled(rivalNames.pi, adaptive(adaptiveHeun, both));
    await controlled(rivalNames.piHyper, adaptive(adaptiveHeun, both), correction);
    await controlled(rivalNames.bosh3, adaptive(bosh3, both));
    await controlled(rivalNames.dopri5, adaptive(dopri5, both));
  }
  for (const factor of STEP_FACTORS) {
    const steps = Math.max(1, Math.round(ground.steps * factor));
    const methods: readonly (readonly [string, FixedMethod])[] = [
      [rivalNames.fixed, fixed(heun, { steps })],
      [rivalNames.hyper, hyper(correction, { steps })],
    ];
    for (const [by, method] of methods)
      points.push(...(await fixedPoint(by, steps, method, ground, context)));
  }
  return points;
}

/** Nothing for what breaks. */
async function pointOf(
  by: string,
  setting: number,
  solve: CompiledSteeredSolve,
  { samples, ends }: Ground,
): Promise<SteeredPoint[]> {
  try {
    const steered = await unlessItBreaks(solve.run(samples.z0, samples.controls));
    if (isBroken(steered)) return [];
    const { nfe, gCalls } = steered.statistics;
    const mean = (values: Float64Array): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const costs = { nfe: mean(nfe), gCalls: mean(gCalls) };
    return finite({ by, setting, error: stateErrors(steered.z1, ends).mean, cost: costOf(costs), ...costs });
  } finally {
    await solve.dispose();
  }
}

async function fixedPoint(
  by: string,
  setting: number,
  method: FixedMethod,
  { field, span, samples, ends }: Ground,
  context: RunContext,
): Promise<SteeredPoint[]> {
  const measured = await unlessItBreaks(
    measureMethod(field, method, span, samples, ends, machineOf(context)),
  );
  if (isBroken(measured)) return [];
  const { nfe, gCalls } = measured.statistics;
  return finite({ by, setting, error: measured.errors.mean, cost: costOf({ nfe, gCalls }), nfe, gCalls });
}

const costOf = ({ nfe, gCalls }: Pick<SteeredPoint, "nfe" | "gCalls">): number =>
  nfe + CORRECTION_COST * gCalls;

const finite = (point: SteeredPoint): SteeredPoint[] => (Number.isFinite(point.error) ? [point] : []);

/**
 * What a rival costs at an error: along the straight lines between its settings, both axes logarithmic; undefined beyond
 * them.
 */
export function costAt(points: readonly SteeredPoint[], error: number): number | undefined {
  const sorted = [...points].sort((a, b) => a.cost - b.cost);
  for (const [i, right] of sorted.entries()) {
    const left = sorted[i - 1];
    if (left === undefined || left.error < error || right.error > error) continue;
    const share = Math.log(left.error / error) / Math.log(left.error / right.error);
    return left.cost * (right.cost / left.cost) ** (Number.isFinite(share) ? share : 0);
  }
  return undefined;
}
