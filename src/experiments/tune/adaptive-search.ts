import { IMPLICIT_LIMIT, resolveMethod, stateType } from "../../ode/internal.js";
import { sizeOf } from "../../tensor/index.js";
import { isTooSlow, type Search } from "./search.js";
import { type Candidate, isStiff } from "./trial.js";

const PAIRS = ["dopri5", "tsit5", "bosh3", "adaptive_heun"];
/** Half a decade. */
const NOTCH = Math.sqrt(10);
const TOLERANCES = { loosest: 1, tightest: 1e-12, tightestInFloat32: 1e-7 };

/** The loosest tolerance of every pair that keeps to the goal. @param seconds after which no further pair is begun. */
export async function searchAdaptive(search: Search, seconds: number): Promise<void> {
  const until = search.left() - seconds;
  let isImplicit = false;
  for (const name of PAIRS) {
    const isFar = search.left() > until && (await loosestTolerance(search, name)) === "too slow";
    // One pair that meets stiffness is enough to know.
    if (!isImplicit && wantsImplicit(search)) {
      isImplicit = true;
      await loosestTolerance(search, "rodas4");
    }
    // Where one is far slower than the best, so are the others: pairs do not differ by as much.
    if (isFar) return;
  }
}

/** Whether explicit pairs met a stiff field or gave up, and states are small enough for linear systems. */
function wantsImplicit({ trials, broken, ground: { field } }: Search): boolean {
  const met = isStiff(trials.map(({ record }) => record));
  const lost = broken.some((trial) => trial.family === "adaptive" && trial.broken !== "NON_FINITE");
  return (met || lost) && sizeOf(stateType(field).shape.slice(1).map(Number)) <= IMPLICIT_LIMIT;
}

async function loosestTolerance(search: Search, name: string): Promise<"too slow" | "searched"> {
  const { spec, selection } = search.ground;
  const start = spec.relative ? spec.error * selection.norm : spec.error;
  const { loosest, tightest, tightestInFloat32 } = TOLERANCES;
  const floor = selection.samples.z0.dtype === "float64" ? tightest : tightestInFloat32;
  let tolerance = notched(Math.min(loosest, Math.max(floor, start)));
  const tried = async (): Promise<boolean | undefined> => {
    const trial = await search.try(controlled(name, tolerance));
    const limit = 3 * (search.best()?.record.milliseconds ?? Number.POSITIVE_INFINITY);
    if (trial === undefined || isTooSlow(search, trial) || trial.record.milliseconds > limit)
      return undefined;
    return search.meets(trial.record);
  };
  const first = await tried();
  if (first === undefined) return "too slow";
  const factor = first ? NOTCH : 1 / NOTCH;
  for (;;) {
    tolerance = notched(tolerance * factor);
    if (tolerance > loosest || tolerance < floor * 0.9) return "searched";
    // Looser until one fails, or tighter until one does.
    if ((await tried()) !== first) return "searched";
  }
}

/** Half decades, in few digits. */
const notched = (tolerance: number): number =>
  Number((10 ** (Math.round(2 * Math.log10(tolerance)) / 2)).toPrecision(1));

function controlled(name: string, tolerance: number): Candidate {
  const method = resolveMethod(name, { rtol: tolerance, atol: tolerance });
  return {
    name: method.text,
    family: "adaptive",
    settings: method.text,
    make: async () => ({ method }),
    load: () => method,
  };
}
