import { expect, test } from "vitest";
import { add, mul } from "../../../../src/graph/index.js";
import {
  calibrateErrors,
  compileScoredSolve,
  errorBound,
  hyper,
  stateErrors,
} from "../../../../src/hypersolver/index.js";
import {
  type Field,
  type FixedMethod,
  fixed,
  heun,
  orThrow,
  solveField,
  tableaus,
} from "../../../../src/ode/index.js";
import { cast, type Tensor } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { control, controlledField, initialState } from "../../../helpers/controlled-field.js";
import { handMade, node } from "../../../helpers/corrections.js";
import { normals, wideField } from "../../../helpers/flows.js";
import { SAME_NUMERICS } from "../../../helpers/tolerances.js";

const span = [0, 1] as const;
const controls = { x: control() };
const endOf = async (field: Field, z0: Tensor, method: FixedMethod | string, given = {}): Promise<Tensor> =>
  orThrow(await solveField(field, z0, { span, method, controls: given })).states.at(-1) as Tensor;

test("the score of one corrected step is how far the correction moved the sample", async () => {
  const correction = handMade(heun, ["z"], ({ z }) => add(mul(node(z), node(z)), node(z)));
  const method = hyper(correction, { steps: 1 });
  const field = controlledField();
  const { end, scores } = await (await compileScoredSolve(field, method, span)).run(initialState(), controls);
  const base = await endOf(field, initialState(), "heun:1", controls);
  expect(end.data).toEqual((await endOf(field, initialState(), method, controls)).data);
  expect(relativeDifference(scores, stateErrors(end, base).samples)).toBeLessThan(SAME_NUMERICS);
  expect(Math.min(...scores)).toBeGreaterThan(0.01);
});

test("a pair scores by its embedded difference, and calibrated bounds hold on new samples", async () => {
  const field = wideField(2, { seed: 3, strength: 4 });
  const pair = tableaus.bosh3 ?? heun;
  const solve = await compileScoredSolve(field, fixed(pair, { steps: 1 }), span);
  const found = async (count: number, seed: number) => {
    const z0 = cast(normals(count, 2, seed), "float64");
    const { end, scores } = await solve.run(z0);
    return { scores, errors: stateErrors(end, await endOf(field, z0, "rk4:64")).samples };
  };
  const [known, fresh] = [await found(400, 1), await found(1000, 2)];
  const middle = [...known.scores].sort((a, b) => a - b)[200] ?? 0;
  const calibration = calibrateErrors(known.scores, known.errors, { coverage: 0.9, edges: [middle] });
  const [low = 0, high = 0] = calibration.bounds;
  // Larger scores mean larger errors: the score tells something.
  expect(high).toBeGreaterThan(2 * low);
  const within = fresh.errors.filter(
    (error, i) => error <= errorBound(calibration, fresh.scores[i] ?? 0),
  ).length;
  // 0.9 ± 4 deviations of two Betas of 200 and of 1000 draws.
  expect(within / 1000).toBeGreaterThan(0.83);
  expect(within / 1000).toBeLessThan(0.97);
});

test("a method that knows nothing of its errors is refused", async () => {
  const refusal = compileScoredSolve(controlledField(), fixed(heun, { steps: 1 }), span);
  await expect(refusal).rejects.toThrow(/a correction, or a pair[\s\S]*heun:1/);
});
