import { type MeshPlanner, meshPlanner } from "../../hypersolver/index.js";
import { type FixedMethod, fixed, multistep, multistepMethods, tableauNamed } from "../../ode/index.js";
import { resolveMethod } from "../../ode/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { leanest, type Search } from "./search.js";
import type { Candidate } from "./trial.js";

/** Tried after the method that did best on equal steps, the most promising first. */
const METHODS = ["midpoint", "ab2", "ab3", "rk4", "pec-heun"];

/**
 * Fewer steps of classical methods on meshes chosen by dynamic programming, as long as they keep to the goal; nothing where
 * no classical method keeps to it on equal steps.
 * @param seconds after which the search ends and a plan in progress is given up.
 */
export async function searchMeshes(search: Search, seconds: number): Promise<void> {
  const best = leanest(search)?.method;
  if (best === undefined || best.kind !== "fixed" || seconds <= 0) return;
  const until = search.left() - seconds;
  const planner = sharedPlanner(search);
  for (const method of [best, ...METHODS.filter((name) => name !== best.name).map(inOneStep)]) {
    const own = (steps: number): FixedMethod => method.withGrid({ steps });
    let steps = stepsBelow(own, leanest(search)?.record.nfe ?? 0);
    while (steps >= 2 && search.left() > until) {
      const trial = await search.try(planned(own(steps), planner, search, until));
      // What breaks for one method, such as the reference, breaks for all.
      if (trial === undefined) return;
      if (!search.meets(trial.record)) break;
      steps--;
    }
  }
}

function inOneStep(name: string): FixedMethod {
  const known = new Map(Object.entries(multistepMethods)).get(name);
  return known === undefined ? fixed(tableauNamed(name), { steps: 1 }) : multistep(known, { steps: 1 });
}

/** The most steps of fewer evaluations. */
function stepsBelow(own: (steps: number) => FixedMethod, evaluations: number): number {
  const nfe = own(1).linear?.nfe ?? (() => Number.POSITIVE_INFINITY);
  let steps = 0;
  while (nfe(steps + 1) < evaluations) steps++;
  return steps;
}

type SharedPlanner = (context: RunContext) => Promise<MeshPlanner>;

/** Reference trajectories are solved when the first mesh is wanted, and once. */
function sharedPlanner({ ground: { field, span, states, spec } }: Search): SharedPlanner {
  let made: Promise<MeshPlanner> | undefined;
  return (context) => {
    made ??= meshPlanner(field, { span, seed: spec.seed }, { states }, context);
    return made;
  };
}

function planned(method: FixedMethod, planner: SharedPlanner, search: Search, until: number): Candidate {
  return {
    name: `${method.text} on a chosen mesh`,
    family: "classical",
    settings: { mesh: method.text },
    make: async (context) => {
      const time = AbortSignal.timeout(Math.max(1, Math.ceil(1000 * (search.left() - until))));
      const signal = context.signal === undefined ? time : AbortSignal.any([context.signal, time]);
      return { method: await (await planner({ ...context, signal })).plan(method) };
    },
    load: (_file, spelling) => resolveMethod(spelling),
  };
}
