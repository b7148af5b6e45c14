import { describe, expect, test } from "vitest";
import {
  cos,
  mul,
  type Node,
  reduceSum,
  reshape,
  sin,
  square,
  sub,
  tanh,
} from "../../../../src/graph/index.js";
import { fourierBasis, galerkinLinear, initialize } from "../../../../src/nn/index.js";
import {
  carriedField,
  compileIntegralLoss,
  defineField,
  type Field,
  fieldAs,
  type IntegralLoss,
  orThrow,
  solveField,
} from "../../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { centralDifferences } from "../../../helpers/finite-difference.js";
import { FINITE_DIFFERENCE } from "../../../helpers/tolerances.js";

const squaredDistance = (a: Node, b: Node): Node => reduceSum(square(sub(a, b)), [1]);

/** dz/ds = a z. */
const growth = fieldAs(
  defineField(["batch", 1], (_, z, { a }) => mul(z, a as Node), {
    parameters: { a: fromNumbers([-0.7], [1]) },
  }),
  "float64",
);
const start = fromNumbers([0.5, -2], [2, 1], "float64");
const size = (z: Node): Node => square(z);

async function lossOf(
  field: Field,
  loss: IntegralLoss,
  span: readonly [number, number],
  { z0 = start, method = "dopri5@1e-11" } = {},
) {
  const compiled = await compileIntegralLoss(field, loss, { span, method });
  const result = await compiled.run(z0);
  await compiled.dispose();
  return result;
}

describe("against the exact solution of dz/ds = a z", () => {
  const a = Math.fround(-0.7);
  const meanSquare = (0.5 ** 2 + 2 ** 2) / 2;

  test.each([
    ["forward", [0, 1.5] as const],
    ["backward, where the integral still counts positive", [1.5, 0] as const],
  ])("∫ z² |ds| and z(end)², %s", async (_, span) => {
    const length = span[1] - span[0];
    const grown = Math.exp(2 * a * length);
    const result = await lossOf(growth, { running: ({ z }) => size(z), terminal: size }, span);
    const running = (meanSquare * Math.abs(grown - 1)) / Math.abs(2 * a);
    expect(result.running).toBeCloseTo(running, 9);
    expect(result.terminal).toBeCloseTo(meanSquare * grown, 9);
    expect(result.loss).toBeCloseTo(running + meanSquare * grown, 9);
    // d/dz₀ of the mean over two samples: 2 z₀/2 times what z₀² is multiplied by.
    const factor = Math.abs(grown - 1) / Math.abs(2 * a) + grown;
    expect(relativeDifference(toFloat64(result.z0), [0.5 * factor, -2 * factor])).toBeLessThan(1e-8);
  });
});

/** A Galerkin field with one control, and a loss that reads s, z, f, the control and a target of its own. */
const net = galerkinLinear(2, 2, fourierBasis({ harmonics: 1 }));
const field = fieldAs(
  defineField(["batch", 2], (s, z, inputs) => mul(tanh(net.apply(inputs, z, s)), inputs.gain as Node), {
    controls: { gain: { shape: ["batch", 1] } },
    parameters: initialize(net, new Random(1)),
  }),
  "float64",
);
const loss: IntegralLoss = {
  running: ({ s, z, dz, inputs }) =>
    reduceSum(mul(square(sub(z, mul(inputs.target as Node, cos(mul(s as Node, 2))))), sub(2, sin(dz))), [1]),
  terminal: (z, { target }) => squaredDistance(z, target as Node),
  controls: { target: { shape: ["batch", 2], dtype: "float64" } },
};
const origin: Record<string, Tensor> = {
  z0: fromNumbers([0.3, -0.4, 1.1, 0.2], [2, 2], "float64"),
  gain: fromNumbers([1.5, 0.8], [2, 1], "float64"),
  target: fromNumbers([0.1, 0.9, -0.6, 0.4], [2, 2], "float64"),
  weight: field.parameters.weight as Tensor,
  bias: field.parameters.bias as Tensor,
};

describe("gradients agree with central differences in float64", () => {
  const run = async (
    options: Parameters<typeof compileIntegralLoss>[2],
    tolerance: number,
    names: readonly string[],
  ) => {
    const compiled = await compileIntegralLoss(field, loss, options);
    const at = ({ z0, gain, target, weight, bias }: Record<string, Tensor>) =>
      compiled.run(z0 as Tensor, {
        controls: { gain: gain as Tensor, target: target as Tensor },
        parameters: { weight: weight as Tensor, bias: bias as Tensor },
      });
    const { z0, controls, parameters } = await at(origin);
    const ours: Record<string, Tensor | undefined> = { z0, gain: controls.gain, ...parameters };
    for (const name of names) {
      const slopes = await centralDifferences(
        async (value) => (await at({ ...origin, [name]: value })).loss,
        origin[name] as Tensor,
      );
      expect(relativeDifference(toFloat64(ours[name] as Tensor), slopes)).toBeLessThan(tolerance);
    }
    await compiled.dispose();
  };

  test("of fixed steps, exactly: their discrete gradient", async () => {
    await run({ span: [0, 0.9], method: "rk4:3" }, FINITE_DIFFERENCE, ["z0", "gain", "weight", "bias"]);
  });

  test("by the adjoint equation, as far as its own error", async () => {
    await run({ span: [0, 0.9], method: "rk4:12", adjoint: "continuous" }, 1e-4, ["z0", "gain", "bias"]);
  });
});

test("the integral has the solver's order: RK4's error falls by 2⁴ where steps are halved", async () => {
  const errors: number[] = [];
  const exact = await lossOf(growth, { running: ({ z }) => size(z) }, [0, 2]);
  for (const steps of [4, 8]) {
    const compiled = await compileIntegralLoss(
      growth,
      { running: ({ z }) => size(z) },
      { span: [0, 2], method: `rk4:${steps}` },
    );
    errors.push(Math.abs((await compiled.run(start)).loss - exact.loss));
    await compiled.dispose();
  }
  expect(Math.log2((errors[0] ?? 0) / (errors[1] ?? 1))).toBeGreaterThan(3.7);
  expect(Math.log2((errors[0] ?? 0) / (errors[1] ?? 1))).toBeLessThan(4.3);
});

test("images are carried with their numbers in a row, and their gradient is an image again", async () => {
  const images = defineField(["batch", 2, 1, 2], (_, z) => mul(z, -1));
  const carried = carriedField(images, { mass: ({ z }) => reduceSum(reshape(z, ["batch", 4]), [1]) });
  expect([carried.dimension, carried.columns]).toEqual([4, { mass: 4 }]);
  const z0 = fromNumbers([1, 2, 3, 4], [1, 2, 1, 2]);
  const { states } = orThrow(
    await solveField(carried.field, carried.start(z0), { span: [0, 1], method: "rk4:20" }),
  );
  expect(toFloat64(states[1] as Tensor)[4]).toBeCloseTo(10 * (1 - Math.exp(-1)), 5);
  const result = await lossOf(
    images,
    { running: ({ z }) => reduceSum(reshape(z, ["batch", 4]), [1]) },
    [0, 1],
    { z0, method: "rk4:20" },
  );
  expect(result.z0.shape).toEqual([1, 2, 1, 2]);
  expect(toFloat64(result.z0)[0]).toBeCloseTo(1 - Math.exp(-1), 5);
});

describe("refuses", () => {
  const span = { span: [0, 1] } as const;
  test.each([
    ["no loss at all", () => compileIntegralLoss(growth, {}, span), /running loss, a terminal one or both/],
    ["no span", () => compileIntegralLoss(growth, { terminal: size }, {}), /span, times/],
    [
      "an integrand of another shape",
      () => compileIntegralLoss(field, { running: ({ z }) => square(z) }, span),
      /rate of "running"[\s\S]*\[batch\] or \[batch, 1\][\s\S]*\[batch, 2\]/,
    ],
    [
      "an end's loss of another shape",
      () => compileIntegralLoss(field, { terminal: (z) => square(z) }, span),
      /terminal loss[\s\S]*\[batch, 2\]/,
    ],
    [
      "a control that the field has",
      () => compileIntegralLoss(field, { ...loss, controls: { gain: { shape: ["batch", 1] } } }, span),
      /names that the field does not have[\s\S]*gain/,
    ],
  ])("%s", async (_, make, message) => {
    await expect(make()).rejects.toThrow(message);
  });
});
