import { describe, expect, test } from "vitest";
import {
  type AdaptiveTableau,
  alpha,
  type ButcherTableau,
  bosh3,
  fixed,
  heun,
  midpoint,
  reversible,
  rk4,
  tableaus,
  tsit5,
  uniformMesh,
} from "../../src/ode/index.js";
import { requireLinear, rungeKuttaStep, stepsOf } from "../../src/ode/internal.js";
import { plainAlgebra } from "../../src/ode/methods/algebra.js";
import { denseWeights } from "../../src/ode/methods/interpolation.js";
import { type LinearMethod, linearTableau } from "../../src/ode/methods/linear-method.js";
import { multistepMethods } from "../../src/ode/methods/multistep/index.js";
import { statesOf } from "../helpers/steps.js";
import { adaptiveTableaus } from "../helpers/tableaus.js";
import { maxAbsError, observedOrder, type Problem, problems } from "../problems/index.js";

const methods = [...Object.values(tableaus), alpha(0.3), alpha(0.8)];
const cases = methods.flatMap((tableau) => problems.map((problem) => ({ tableau, problem })));

/** A slope this far from the nominal order is a wrong coefficient or stage time: those cost a whole order. */
const ORDER_TOLERANCE = 0.1;
/** Errors below this are rounding (states are of size 1 to 10, a few hundred steps). */
const ROUNDING_FLOOR = 2e-13;

/** Step counts in the asymptotic regime, up to beyond the rounding floor for the high orders. */
function stepCounts(order: number, isOneStep = true): readonly number[] {
  // The first steps of a multistep method, of a lower local order, have to become few.
  if (order > 2 && !isOneStep) return [128, 192, 256, 384, 512, 768];
  if (order <= 2) return [256, 384, 512, 768, 1024];
  if (order <= 4) return [64, 96, 128, 192, 256];
  if (order === 5) return [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
  return [8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 22, 24, 28, 32];
}

type Integrate = (problem: Problem, mesh: readonly number[]) => Float64Array[];

function fieldOf({ field }: Problem) {
  return (s: number, y: Float64Array) => Float64Array.from(field(s, y));
}

const stepsBy =
  (method: LinearMethod): Integrate =>
  (problem, mesh) =>
    statesOf(
      method,
      fieldOf(problem),
      stepsOf(mesh),
      Float64Array.from(problem.exact(mesh[0] ?? Number.NaN)),
    );

const withReusedStage =
  (tableau: ButcherTableau): Integrate =>
  (problem, mesh) => {
    const states: Float64Array[] = [Float64Array.from(problem.exact(problem.span[0]))];
    let k0: Float64Array | undefined;
    for (const { s, dt } of stepsOf(mesh)) {
      const y = states.at(-1) ?? new Float64Array();
      const step = rungeKuttaStep(tableau, fieldOf(problem), plainAlgebra, { s, dt, y, k0 });
      k0 = step.stages.at(-1);
      states.push(step.y1);
    }
    return states;
  };

/** @param meshOf so many steps over a span. */
function fittedOrder(
  order: number,
  problem: Problem,
  integrate: Integrate,
  meshOf?: typeof uniformMesh,
): number {
  const measured = stepCounts(order, meshOf === undefined)
    .map((steps) => {
      const mesh = (meshOf ?? uniformMesh)(problem.span, steps);
      const states = integrate(problem, mesh);
      const errors = states.map((y, i) => maxAbsError(y, problem.exact(mesh[i] ?? Number.NaN)));
      return { dt: (problem.span[1] - problem.span[0]) / steps, error: Math.max(...errors) };
    })
    .filter(({ error }) => error > ROUNDING_FLOOR)
    .slice(-6);
  expect(measured.length).toBeGreaterThan(3);
  return observedOrder(
    measured.map(({ dt }) => dt),
    measured.map(({ error }) => error),
  );
}

describe("order of convergence", () => {
  test.each(cases)("$tableau.name has its order on $problem.name", ({ tableau, problem }) => {
    const order = fittedOrder(tableau.order, problem, stepsBy(linearTableau(tableau)));
    expect(Math.abs(order - tableau.order)).toBeLessThan(ORDER_TOLERANCE);
  });

  // For λ < 1 the way back from one state grows by 1/λ a step: it has an order where that stays near 1.
  const damped = [midpoint, heun, rk4].map((it) => reversible(fixed(it, { steps: 1 }), { coupling: 0.9 }));
  const undamped = [midpoint, heun, bosh3, rk4].flatMap((it) => {
    const method = reversible(fixed(it, { steps: 1 }), { coupling: 1 });
    return [method, method.inverse()];
  });
  const reversibles = [...damped, ...undamped].flatMap((method) =>
    problems.map((problem) => ({ name: method.name, method, problem })),
  );
  test.each(reversibles)("$name has the order of its base on $problem.name", ({ method, problem }) => {
    const order = fittedOrder(method.order, problem, stepsBy(requireLinear(method, "a test")));
    expect(Math.abs(order - method.order)).toBeLessThan(ORDER_TOLERANCE);
  });

  const reusing = adaptiveTableaus.filter(({ reuseLastStage }) => reuseLastStage);
  const reuseCases = reusing.flatMap((tableau) => problems.map((problem) => ({ tableau, problem })));
  test.each(reuseCases)("$tableau.name keeps it when the last stage is reused, on $problem.name", (it) => {
    const order = fittedOrder(it.tableau.order, it.problem, withReusedStage(it.tableau));
    expect(Math.abs(order - it.tableau.order)).toBeLessThan(ORDER_TOLERANCE);
  });

  /** Steps that grow and shrink by a factor of three, in waves that are finer where there are more of them. */
  const uneven: typeof uniformMesh = (span, steps) => {
    const sizes = Array.from({ length: steps }, (_, i) => 2 + Math.sin((2 * Math.PI * i) / 5));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let at = span[0];
    const points = sizes.map((size) => (at += (size / total) * (span[1] - span[0])));
    return [span[0], ...points.slice(0, -1), span[1]];
  };
  const backwards: typeof uniformMesh = ([t0, t1], steps) => uneven([t1, t0], steps);
  const meshes = { "equal steps": uniformMesh, "uneven steps": uneven, "uneven steps backwards": backwards };
  const multistepCases = Object.values(multistepMethods).flatMap((method) =>
    problems.flatMap((problem) =>
      Object.entries(meshes).map(([name, meshOf]) => ({ method, problem, name, meshOf })),
    ),
  );
  test.each(multistepCases)(
    "$method.name has its order on $problem.name, in $name",
    ({ method, problem, meshOf }) => {
      const order = fittedOrder(method.order, problem, stepsBy(method), meshOf);
      expect(Math.abs(order - method.order)).toBeLessThan(ORDER_TOLERANCE);
    },
  );
});

describe("dense output", () => {
  /** Local order of the polynomial: one more than its degree of accuracy; capped by the method's own. */
  const localOrder: Readonly<Record<string, number>> = {
    adaptive_heun: 3,
    fehlberg2: 3,
    bosh3: 4,
    dopri5: 5,
    tsit5: 5,
    dopri8: 5,
  };
  const dense = adaptiveTableaus.flatMap((tableau) => problems.map((problem) => ({ tableau, problem })));

  test.each(dense)("of $tableau.name is accurate inside a step, on $problem.name", ({ tableau, problem }) => {
    const sizes = [0.2, 0.1, 0.05, 0.025].map((size) => (tableau.order < 5 ? size / 4 : size));
    const errors = sizes.map((dt) => worstInside(tableau, problem, dt));
    expect(observedOrder(sizes, errors)).toBeGreaterThan((localOrder[tableau.name] ?? Number.NaN) - 0.3);
  });

  test.each(adaptiveTableaus)("of $name meets both ends of the step", (tableau) => {
    expect(maxAbsError(denseWeights(tableau, 0), new Array(tableau.stages + 1).fill(0))).toBe(0);
    expect(maxAbsError(denseWeights(tableau, 1), [...tableau.b, 0])).toBeLessThan(1e-15);
  });

  test.each([0.05, 0.3, 0.62, 0.9])("of tsit5 equals Tsitouras' printed polynomials, at %d", (x) => {
    const quartic = (factor: number, linear: number, constant: number): number =>
      factor * x * x * (x * x + linear * x + constant);
    const printed = [
      -1.0530884977290216 *
        x *
        (x - 1.329989018975412) *
        (x * x - 1.4364028541716351 * x + 0.7139816917074209),
      quartic(0.1017, -2.1966568338249754, 1.2949852507374631),
      quartic(2.490627285651252793, -2.38535645472061657, 1.57803468208092486),
      -16.54810288924490272 * (x - 1.21712927295533244) * (x - 0.61620406037800089) * x * x,
      47.37952196281928122 * (x - 1.203071208372362603) * (x - 0.658047292653547382) * x * x,
      -34.87065786149660974 * (x - 1.2) * (x - 2 / 3) * x * x,
      2.5 * (x - 1) * (x - 0.6) * x * x,
    ];
    const weights = denseWeights(tsit5, x);
    // The last stage is f at the end of the step, which has a weight of its own too.
    const [last = 0, end = 0] = weights.slice(-2);
    expect(maxAbsError([...weights.slice(0, -2), last + end], printed)).toBeLessThan(1e-12);
  });

  function worstInside(tableau: AdaptiveTableau, problem: Problem, dt: number): number {
    const field = fieldOf(problem);
    const s = (problem.span[0] + problem.span[1]) / 3;
    const y = Float64Array.from(problem.exact(s));
    const { y1, stages } = rungeKuttaStep(tableau, field, plainAlgebra, { s, dt, y });
    const k = [...stages, tableau.reuseLastStage ? (stages.at(-1) ?? y1) : field(s + dt, y1)];
    const errors = [0.25, 0.5, 0.7].map((theta) =>
      maxAbsError(
        plainAlgebra.combine(y, dt, denseWeights(tableau, theta), k),
        problem.exact(s + theta * dt),
      ),
    );
    return Math.max(...errors);
  }
});
