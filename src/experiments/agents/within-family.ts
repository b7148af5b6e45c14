import { type Correction, fitCorrection, hyper } from "../../hypersolver/index.js";
import type { CorrectionInput } from "../../hypersolver/internal.js";
import { fixed, heun } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { fail, isBroken, Random } from "../../tensor/index.js";
import type { AgentsSpec } from "./agents-table.js";
import { familyNamed } from "./families.js";
import type { FamilyName } from "./family-names.js";
import { geometricMean, groundOf, type Ratio, ratioOf, relativeError, rk4Like } from "./measuring.js";

/** What a correction of a family knows of the member it corrects. */
export type Telling = "stages" | "parameters";

/** Errors of one family, over those of the base on the same states. */
export interface WithinFamily {
  readonly family: FamilyName;
  /** Zero-shot, on members that were not seen. */
  readonly unseen: readonly Ratio[];
  /** The same beyond the family's parameters. */
  readonly beyond: readonly Ratio[];
  /** On single members: geometric mean over them. */
  readonly adapted: readonly { readonly what: string; readonly steps: number; readonly ratio: number }[];
}

/** Inputs of g, by what it knows. */
export const readings: Readonly<Record<Telling, readonly CorrectionInput[]>> = {
  stages: ["z", "stages", "epsilon"],
  parameters: ["z", "stages", "epsilon", "x"],
};

/** The base of everything here. */
const BASE = heun;
const NETWORK = { hidden: [64, 64], batch: 256, epsilon: null, referenceTolerance: 1e-6 } as const;
const [FAMILY_RATE, ADAPTATION_RATE] = [0.01, 0.002];

/** How a correction of a family does on members that it has not seen, with and without steps of adaptation. */
export async function withinFamily(
  name: FamilyName,
  spec: AgentsSpec,
  seed: number,
  context: RunContext,
): Promise<WithinFamily> {
  const problem = familyNamed(name);
  const corrections: [Telling, Correction][] = [];
  for (const telling of Object.keys(readings) as Telling[])
    corrections.push([telling, await familyCorrection(name, telling, spec, seed, context)]);
  const { family } = problem;
  const far = familyNamed(name, "beyond").family;
  const random = new Random(seed);
  const near = await groundOf(
    { ...problem, field: family.field },
    family.states,
    spec.heldOut,
    random,
    context,
  );
  const beyond = await groundOf({ ...problem, field: far.field }, far.states, spec.heldOut, random, context);
  const { steps } = problem;
  const methods = [
    ...corrections.map(([telling, correction]) => [told[telling], hyper(correction, { steps })] as const),
    ["RK4, as many evaluations", rk4Like(BASE, steps)] as const,
  ];
  const ratios = async (ground: typeof near): Promise<Ratio[]> => {
    const alone = await relativeError(ground, fixed(BASE, { steps }), context);
    const all: Ratio[] = [];
    for (const [what, method] of methods)
      all.push(ratioOf(what, await relativeError(ground, method, context), alone));
    return all;
  };
  return {
    family: name,
    unseen: await ratios(near),
    beyond: await ratios(beyond),
    adapted: await adaptedTo(
      name,
      Object.fromEntries(corrections) as Record<Telling, Correction>,
      spec,
      seed,
      context,
    ),
  };
}

/** What tables call corrections. */
const told: Readonly<Record<Telling, string>> = { stages: "told nothing", parameters: "told the parameters" };

/** One correction for a whole family. */
export async function familyCorrection(
  name: FamilyName,
  telling: Telling,
  { iterations, trajectories }: Pick<AgentsSpec, "iterations" | "trajectories">,
  seed: number,
  context: RunContext,
  epsilon: readonly [number, number] | null = null,
): Promise<Correction> {
  const { family, span, steps } = familyNamed(name);
  const asked = { base: BASE.name, steps, span, inputs: readings[telling], iterations, trajectories, seed };
  const { correction } = await fitCorrection(
    family.field,
    { ...asked, ...NETWORK, epsilon, learningRate: FAMILY_RATE },
    { states: family.states },
    context,
  );
  return correction;
}

async function adaptedTo(
  name: FamilyName,
  corrections: Readonly<Record<Telling, Correction>>,
  { iterations, adaptation, members, trajectories, heldOut }: AgentsSpec,
  seed: number,
  context: RunContext,
): Promise<WithinFamily["adapted"]> {
  const { family, span, steps } = familyNamed(name);
  const few = Math.max(8, Math.floor(trajectories / 8));
  const ratios = new Map<string, { what: string; steps: number; ratios: number[] }>();
  for (let member = 0; member < members; member++) {
    const random = new Random(seed).fork(`member ${member}`);
    const states = family.member(family.draw(random));
    const ground = await groundOf({ field: family.field, span, steps }, states, heldOut, random, context);
    const alone = await relativeError(ground, fixed(BASE, { steps }), context);
    const note = async (what: string, taken: number, correction: Correction): Promise<void> => {
      const found = ratioOf(what, await relativeError(ground, hyper(correction, { steps }), context), alone);
      if (isBroken(found)) throw fail(found.broken, { what, received: found.reason });
      const { ratio } = found;
      const key = `${what} ${taken}`;
      ratios.set(key, { what, steps: taken, ratios: [...(ratios.get(key)?.ratios ?? []), ratio] });
    };
    const fitted = async (asked: object, initial?: Correction): Promise<Correction> => {
      const shared = { base: BASE.name, steps, span, seed, ...NETWORK, inputs: readings.stages };
      const inputs = { states, initial };
      return (await fitCorrection(family.field, { ...shared, ...asked }, inputs, context)).correction;
    };
    for (const telling of Object.keys(readings) as Telling[]) {
      const initial = corrections[telling];
      await note(told[telling], 0, initial);
      for (const taken of adaptation) {
        const how = { iterations: taken, trajectories: few, learningRate: ADAPTATION_RATE };
        await note(told[telling], taken, await fitted({ ...how, inputs: readings[telling] }, initial));
      }
    }
    for (const taken of adaptation) {
      const how = { iterations: taken, trajectories: few, learningRate: FAMILY_RATE };
      await note("fitted alone", taken, await fitted(how));
    }
    await note(
      "fitted alone",
      iterations,
      await fitted({ iterations, trajectories, learningRate: FAMILY_RATE }),
    );
  }
  return [...ratios.values()].map(({ what, steps: taken, ratios: own }) => ({
    what,
    steps: taken,
    ratio: geometricMean(own),
  }));
}
