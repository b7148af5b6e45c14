import type * as experiments from "../../src/experiments/index.js";
import type * as hypersolvers from "../../src/index.js";
import type * as ode from "../../src/ode/index.js";
import type { CompiledSolveOptions } from "../../src/ode/index.js";
import type * as plot from "../../src/plot/index.js";

/** The parts of the built package that the job needs: `library.mjs`. */
export type Library = Pick<typeof experiments, "ffjordField"> &
  Pick<
    typeof hypersolvers,
    "compile" | "compileSolve" | "fitCorrection" | "hyper" | "normalStates" | "Random" | "trace"
  > &
  Pick<typeof ode, "fieldAs"> &
  Pick<typeof plot, "renderSvg" | "trainingCurve">;

export interface Machine {
  readonly device: hypersolvers.Device;
  readonly threads: number;
}

export interface Solved {
  readonly dtype: string;
  readonly values: readonly number[];
  readonly nfe: number;
}

/** Plain data, to travel out of the page. */
export interface Outcome {
  readonly fixed: Solved;
  readonly adaptive: Solved;
  readonly double: Solved;
  readonly corrected: Solved;
  /** Validation error of the fit. */
  readonly error: number;
  readonly losses: readonly number[];
  readonly picture: string;
}

/** What is computed in a browser and under Node, to compare: a field solved, a correction fitted, a picture drawn. */
export async function job(library: Library, machine: Machine): Promise<Outcome> {
  const { fitCorrection, fieldAs, hyper, renderSvg, trainingCurve } = library;
  const field = await library.ffjordField();
  const spec = { base: "heun", steps: 1, seed: 3, iterations: 60, trajectories: 512, batch: 64 } as const;
  const fit = await fitCorrection(field, spec, { states: library.normalStates([2]) }, machine);
  const solved = solver(library, machine);
  const tolerances = { method: "dopri5@1e-4" } as const;
  const curve = [{ label: "fit", losses: [3, 2, 1.5, 1.2] }];
  return {
    fixed: await solved(field, { method: "rk4:8" }),
    adaptive: await solved(field, tolerances),
    double: await solved(fieldAs(field, "float64"), tolerances),
    corrected: await solved(field, { method: hyper(fit.correction, { steps: 1 }) }),
    error: fit.bestError,
    losses: fit.losses.map(({ loss }) => loss),
    picture: await renderSvg(trainingCurve(curve, { name: "fit", title: "Fit" })),
  };
}

/** Solves from the same 200 states. */
const solver =
  ({ compileSolve, normalStates, Random }: Library, machine: Machine) =>
  async (field: hypersolvers.Field, options: Omit<CompiledSolveOptions, "span">): Promise<Solved> => {
    const compiled = await compileSolve(field, { span: [0, 1], ...options, ...machine });
    const { states, statistics } = await compiled.run(normalStates([2]).heldOut(200, new Random(5)).z0);
    await compiled.dispose();
    const last = states.at(-1);
    if (last === undefined) throw new Error("no state");
    return { dtype: last.dtype, values: Array.from(last.data, Number), nfe: statistics.nfe };
  };

/** What is said of WebGPU where there is no GPU. */
export const refusal = ({ compile, trace }: Library): Promise<unknown> =>
  compile(
    trace({ x: { shape: [1] } }, ({ x }) => ({ y: x })),
    { device: "webgpu" },
  ).then(
    () => "none",
    ({ code, facts }) => ({ code, expected: facts.expected }),
  );
