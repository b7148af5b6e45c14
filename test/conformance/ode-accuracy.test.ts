import { describe, expect, test } from "vitest";
import {
  type AdaptiveTableau,
  adaptive,
  adaptiveHeun,
  bosh3,
  dopri5,
  orThrow,
  type SolveOptions,
  solve,
  tsit5,
} from "../../src/ode/index.js";
import { exactEnd, logarithmicNorm, type RandomField, randomField } from "../helpers/random-fields.js";
import { adaptiveTableaus } from "../helpers/tableaus.js";
import { maxAbsError } from "../problems/index.js";

const span = [0, 1.5] as const;

/** Fields that nobody has tuned anything on, with their exact ends and the growth of errors along them. */
const fields = Promise.all(
  Array.from({ length: 12 }, async (_, seed) => {
    const field = randomField(seed + 1);
    return { ...field, exact: await exactEnd(field, span), norm: await logarithmicNorm(field, span) };
  }),
);

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

async function errorOf(field: RandomField & { readonly exact: Float64Array }, options: SolveOptions) {
  const { states } = orThrow(await solve(field.plain, field.z0, { span, ...options }));
  return maxAbsError(states[1] ?? [], field.exact);
}

/** Tolerances at which the method takes so many steps that its estimates are asymptotic, loose and tight. */
const methods: readonly (readonly [AdaptiveTableau, loose: number, tight: number])[] = [
  [adaptiveHeun, 1e-3, 1e-4],
  [bosh3, 1e-3, 1e-5],
  [dopri5, 1e-5, 1e-7],
  [tsit5, 1e-5, 1e-7],
];

describe.each(methods)("$name:", (method, loose, tight) => {
  test("the error is at most the sum of the estimates of accepted steps, each grown until the end", async () => {
    for (const field of await fields) {
      const { plain, z0, exact, norm } = field;
      for (const tolerance of [loose, tight]) {
        let bound = 0;
        const { states } = orThrow(
          await solve(plain, z0, {
            ...{ span, method: adaptive(method, { rtol: tolerance, atol: tolerance }) },
            onStep: ({ s, dt, accepted, errorRatio = Number.NaN, y }) => {
              if (!accepted) return;
              // The ratio is a root mean square over 15 numbers, in units of atol + rtol |y|.
              const estimate = Math.sqrt(15) * errorRatio * tolerance * (1 + Math.max(...y.map(Math.abs)));
              bound += estimate * Math.exp(norm * (span[1] - s - dt));
            },
          }),
        );
        expect(maxAbsError(states[1] ?? [], exact)).toBeLessThan(bound);
      }
    }
  });

  test("the error is proportional to the tolerance", async () => {
    const exponents: number[] = [];
    for (const field of await fields) {
      const [much = 0, little = 0] = await Promise.all(
        [loose, tight].map((tolerance) =>
          errorOf(field, { method: adaptive(method, { rtol: tolerance, atol: tolerance }) }),
        ),
      );
      exponents.push(Math.log(much / little) / Math.log(loose / tight));
    }
    const mean = exponents.reduce((sum, value) => sum + value, 0) / exponents.length;
    // The error is O(h^p) and the estimate that is held at the tolerance O(h^p) too. Of few steps the last, cut one
    // weighs more.
    expect(mean).toBeGreaterThan(0.85);
    expect(mean).toBeLessThan(1.3);
  });
});

describe("a last step cut to the end", () => {
  test.each(adaptiveTableaus)("of $name loses nothing to one that overshoots, on average", async (method) => {
    const tolerance = method.order < 3 ? 1e-4 : 1e-5;
    const control = { rtol: tolerance, atol: tolerance };
    const ratios: number[] = [];
    for (const field of await fields) {
      const cut = await errorOf(field, { method: adaptive(method, control) });
      ratios.push(
        cut / (await errorOf(field, { method: adaptive(method, { ...control, lastStep: "overshoot" }) })),
      );
    }
    // Not 1 exactly: each may win by chance, as the error of the last step adds to those before or takes from them.
    expect(geometricMean(ratios)).toBeLessThan(1.01);
  });
});
