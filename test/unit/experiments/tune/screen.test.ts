import { expect, test } from "vitest";
import { resolveTune, tuneGround } from "../../../../src/experiments/tune/ground.js";
import { type Entrant, screened } from "../../../../src/experiments/tune/screen.js";
import { mul } from "../../../../src/graph/index.js";
import { normalStates } from "../../../../src/hypersolver/index.js";
import { defineField, fixed, tableauNamed } from "../../../../src/ode/index.js";

const machine = { threads: 1 };
const entrant = (name: string): Entrant => {
  const tableau = tableauNamed(name);
  const { nfe } = fixed(tableau, { steps: 1 }).linear;
  return { fewest: 1, nfe, inSteps: (steps) => fixed(tableau, { steps }) };
};
const entrants = ["euler", "midpoint", "rk4"].map(entrant);

/** z' = −z over [0, 1]: a step of order p multiplies by Σ (−h)^k / k!, k ≤ p. */
async function ground() {
  const field = defineField(["batch", 2], (_, z) => mul(z, -1));
  const spec = resolveTune(field, { error: 1e-3, relative: true, samples: 32, seconds: 10 });
  return tuneGround(field, spec, normalStates([2]), machine);
}

test("methods are seen in eight evaluations, by the errors that formulas tell, the closest first", async () => {
  const found = await screened(await ground(), entrants, () => false, machine);
  expect(found.map(({ steps }) => steps)).toEqual([2, 4, 8]);
  const factors = [1 - 0.5 + 0.125 - 0.125 / 6 + 0.0625 / 24, 1 - 0.25 + 0.25 ** 2 / 2, 1 - 0.125];
  for (const [i, { steps, error }] of found.entries()) {
    const exact = Math.abs((factors[i] ?? 0) ** steps / Math.exp(-1) - 1);
    expect((error ?? 0) / exact).toBeCloseTo(1, 1);
  }
});

test("those that nobody had time to look at stand behind, in their fewest steps", async () => {
  let looks = 0;
  const found = await screened(await ground(), entrants, () => looks++ > 0, machine);
  expect(found.map(({ steps, error }) => [steps, error === undefined])).toEqual([
    [8, false],
    [1, true],
    [1, true],
  ]);
});
