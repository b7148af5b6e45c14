import { fitCorrection, fitShared, hyper, type SharedProblem } from "../../hypersolver/index.js";
import { fixed, heun3 } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import type { AgentsSpec } from "./agents-table.js";
import { familyNamed } from "./families.js";
import type { FamilyName } from "./family-names.js";
import { groundOf, type Ratio, ratioOf, relativeError, rk4Like } from "./measuring.js";

/** Errors on one family over those of the base. */
export interface LeftOut {
  readonly family: FamilyName;
  readonly results: readonly Ratio[];
}

/** Three stages: two say nothing of f's second derivatives. */
const BASE = heun3;
const ADAPTATION_RATE = 0.002;
const REFERENCE = 1e-7;

const problemOf = (name: FamilyName): SharedProblem => {
  const { family, span, steps } = familyNamed(name);
  return { name, field: family.field, states: family.states, span, steps };
};

/** A correction that was fitted to all families but one, on that one. */
export async function leftOut(
  name: FamilyName,
  spec: AgentsSpec,
  seed: number,
  context: RunContext,
): Promise<LeftOut> {
  const { sharedIterations: iterations, adaptation, heldOut } = spec;
  const trajectories = Math.max(8, Math.floor(spec.trajectories / 4));
  const [own, others] = [problemOf(name), spec.families.filter((other) => other !== name).map(problemOf)];
  const { field, states, span, steps } = own;
  const asked = { base: BASE.name, iterations, trajectories, seed, referenceTolerance: REFERENCE };
  const stranger = (await fitShared(others, asked, {}, context)).correction.on(field);
  const native = (await fitShared([own], asked, {}, context)).correction.on(field);
  const ground = await groundOf(own, states, heldOut, new Random(seed), context);
  const alone = await relativeError(ground, fixed(BASE, { steps }), context);
  const results: Ratio[] = [];
  const note = async (what: string, method: Parameters<typeof relativeError>[1]): Promise<void> => {
    results.push(ratioOf(what, await relativeError(ground, method, context), alone));
  };
  await note("fitted to the others", hyper(stranger, { steps }));
  for (const taken of adaptation) {
    const how = { base: BASE.name, steps, span, seed, inputs: stranger.inputs, epsilon: null };
    const less = {
      iterations: taken,
      trajectories: Math.max(8, Math.floor(trajectories / 4)),
      batch: 256,
      referenceTolerance: REFERENCE,
    };
    const { correction } = await fitCorrection(
      field,
      { ...how, ...less, learningRate: ADAPTATION_RATE },
      { states, initial: stranger },
      context,
    );
    await note(`then adapted in ${taken} steps`, hyper(correction, { steps }));
  }
  await note("fitted to this family alone", hyper(native, { steps }));
  await note("RK4, as many evaluations", rk4Like(BASE, steps));
  return { family: name, results };
}
