import { beforeAll, describe, expect, test } from "vitest";
import { modelResidualTable } from "../../../src/control/identification/model-residual-table.js";
import { fieldWithResidual, residualWeights } from "../../../src/control/identification/residual-field.js";
import { residualLoss, stepSpecs } from "../../../src/control/identification/residual-training.js";
import {
  fieldPlant,
  fitModelResidual,
  type ModelResidualFit,
  pendulum,
  type StepShares,
  stepShares,
} from "../../../src/control/index.js";
import { evaluateGraph, gradient, type Node, trace } from "../../../src/graph/index.js";
import {
  boxStates,
  fitCorrection,
  fitObservedSteps,
  hyper,
  measureMethod,
  type ObservedSteps,
} from "../../../src/hypersolver/index.js";
import { mlpNetwork } from "../../../src/hypersolver/internal.js";
import { euler, type Field, fieldAs, fixed, rk4, solveField } from "../../../src/ode/index.js";
import { completeSpec } from "../../../src/spec/index.js";
import { cast, fromNumbers, item, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { centralDifferences } from "../../helpers/finite-difference.js";

const interval = 0.1;
const nominal = pendulum().field;
const rubbing = pendulum({ friction: 0.5 }).field;
const states = boxStates({ low: [-2, -3], high: [2, 3] }, { u: { low: [-3], high: [3] } });
const machine = { threads: 1 };

async function observe(count: number, seed: number): Promise<ObservedSteps> {
  const { z0, controls } = states.heldOut(count, new Random(seed));
  const plant = await fieldPlant(rubbing, undefined, machine);
  const z1 = await plant.advance(z0, controls.u as Tensor, 0, interval);
  await plant.dispose();
  return { z: z0, z1, controls, epsilon: interval };
}

const predicted = async (field: Field, { z, controls, z1 }: ObservedSteps): Promise<number> =>
  (await measureMethod(field, fixed(rk4, { steps: 2 }), [0, interval], { z0: z, controls }, z1, machine))
    .errors.mean;

describe("a plant with friction that its model lacks", () => {
  let data: ObservedSteps;
  let test1: ObservedSteps;
  let fit: ModelResidualFit;
  let shares: StepShares;
  beforeAll(async () => {
    data = await observe(600, 1);
    test1 = await observe(200, 2);
    fit = await fitModelResidual(
      nominal,
      { iterations: 250, batch: 128, hidden: [12], method: "rk4:1", learningRate: 0.03 },
      data,
      machine,
    );
    const { correction } = await fitCorrection(
      fit.field,
      {
        base: "euler",
        steps: 1,
        span: [0, interval],
        epsilon: null,
        iterations: 400,
        trajectories: 2000,
        hidden: [16],
        inputs: ["z", "stages", "x"],
      },
      { states },
      machine,
    );
    shares = await stepShares(nominal, fit.field, hyper(correction, { steps: 1 }), test1, machine);
  }, 60_000);

  test("is predicted much better with what was learned of it", async () => {
    const [before, after] = [await predicted(nominal, test1), await predicted(fit.field, test1)];
    expect(fit).toMatchObject({ status: "complete", iterations: 250 });
    expect(after).toBeLessThan(before / 10);
    expect(fit.nominalError / before).toBeCloseTo(1, 0);
    expect(fit.bestError).toBeLessThan(fit.nominalError / 10);
  });

  test("h is the friction: −b ω/(m l²), and nothing for the angle", async () => {
    const z = fromNumbers([0, 2, 1, -1.5], [2, 2]);
    const controls = { u: fromNumbers([0, 1], [2, 1]) };
    const rate = async (field: Field): Promise<Float64Array> => {
      const span = [0, 1e-3] as const;
      const { states: found } = await solveField(field, z, { span, method: "euler:1", controls, ...machine });
      return toFloat64(found.at(-1) as Tensor).map((x, i) => (x - Number(z.data[i])) / 1e-3);
    };
    const [plain, whole] = [await rate(nominal), await rate(fit.field)];
    const h = [...whole].map((x, i) => x - (plain[i] ?? 0));
    expect(Math.abs((h[1] ?? 0) + 1)).toBeLessThan(0.15);
    expect(Math.abs((h[3] ?? 0) - 0.75)).toBeLessThan(0.15);
    expect(Math.abs(h[0] ?? 1)).toBeLessThan(0.1);
  });

  test("says how much of a step is the model's and how much the solver's", async () => {
    const samples = { z0: test1.z, controls: test1.controls };
    const step = async (field: Field, end: Tensor) =>
      measureMethod(field, fixed(euler, { steps: 1 }), [0, interval], samples, end, machine);
    const informed = await step(rubbing, test1.z1);
    const own = await step(nominal, informed.end);
    expect(shares.model / own.errors.mean).toBeCloseTo(1, 0);
    expect(Math.abs(shares.model / own.errors.mean - 1)).toBeLessThan(0.1);
    expect(Math.abs(shares.truncation / informed.errors.mean - 1)).toBeLessThan(0.1);
    expect(shares.left).toBeLessThan(shares.missed / 10);
  });

  test("is learned in one stage too, at one step size alone", async () => {
    const spec = {
      base: "euler",
      iterations: 400,
      batch: 128,
      hidden: [16],
      inputs: ["z", "stages", "x"],
    } as const;
    const { correction, bestError } = await fitObservedSteps(nominal, spec, data, machine);
    const samples = { z0: test1.z, controls: test1.controls };
    const { errors } = await measureMethod(
      nominal,
      hyper(correction, { steps: 1 }),
      [0, interval],
      samples,
      test1.z1,
      machine,
    );
    expect(errors.mean).toBeLessThan(shares.missed / 8);
    expect(bestError).toBeLessThan(shares.missed / 8);
    expect(correction.fittedSteps).toEqual([interval, interval]);
  });
});

test("before training f + h is f, and the loss has the gradients of central differences", async () => {
  const data = await observe(40, 3);
  const plain = { mean: new Float64Array(2), deviation: new Float64Array(2).fill(1) };
  const one = { mean: new Float64Array(1), deviation: new Float64Array(1).fill(1) };
  const network = mlpNetwork(
    {
      ...{ inputs: ["z", "x"], hidden: [3], activation: "tanh", scale: new Float64Array([1, 1]) },
      statistics: { z: plain, "x u": one },
    },
    new Random(1),
  );
  const field = fieldWithResidual(nominal, network);
  const ends = async (of: Field): Promise<Float64Array> => {
    const options = { span: [0, interval] as const, method: "rk4:1", controls: data.controls, ...machine };
    return toFloat64((await solveField(of, data.z, options)).states.at(-1) as Tensor);
  };
  expect([...(await ends(field))]).toEqual([...(await ends(nominal))]);
  expect(Object.keys(residualWeights(field))).toEqual(["h 0.weight", "h 0.bias", "h 2.weight", "h 2.bias"]);

  const spec = completeSpec(modelResidualTable, {});
  const double = fieldAs(field, "float64");
  const method = fixed(rk4, { steps: 2 });
  const problem = { field: double, method, steps: data, spec, scale: new Float64Array([0.3, 2]) };
  // Away from the beginning, where the last layer is zero and the first has no gradient.
  const random = new Random(2);
  const weights = Object.fromEntries(
    Object.entries(residualWeights(double)).map(([name, value]) => [
      name,
      fromNumbers(
        toFloat64(value).map(() => random.normal()),
        value.shape,
        "float64",
      ),
    ]),
  );
  const names = Object.keys(weights);
  const specs = Object.entries(weights).map(([name, { shape }]) => [
    name,
    { shape, dtype: "float64" as const },
  ]);
  const graph = trace({ ...stepSpecs(problem), ...Object.fromEntries(specs) }, (inputs) => {
    const nodes = Object.fromEntries(names.map((name) => [name, inputs[name] as Node]));
    const loss = residualLoss(problem, nodes, inputs);
    const slopes = gradient(loss, Object.values(nodes));
    return { loss, ...Object.fromEntries(names.map((name, i) => [name, slopes[i] as Node])) };
  });
  const feeds = {
    "/z": cast(data.z, "float64"),
    "/z1": cast(data.z1, "float64"),
    u: cast(data.controls.u as Tensor, "float64"),
  };
  const found = evaluateGraph(graph, { ...feeds, ...weights });
  for (const name of names) {
    const slopes = await centralDifferences(
      (value) => item(evaluateGraph(graph, { ...feeds, ...weights, [name]: value }).loss as Tensor),
      weights[name] as Tensor,
    );
    const own = toFloat64(found[name] as Tensor);
    expect(Math.max(...slopes.map((slope, i) => Math.abs(slope - (own[i] ?? Number.NaN))))).toBeLessThan(
      1e-7,
    );
    expect(Math.max(...own.map(Math.abs))).toBeGreaterThan(1e-3);
  }
});

describe("observed steps that make no sense are refused", () => {
  const good = (): Promise<ObservedSteps> => observe(30, 4);
  test.each([
    [
      "another number of ends",
      (steps: ObservedSteps) => ({ ...steps, z1: fromNumbers([0, 0], [1, 2]) }),
      "SHAPE_MISMATCH",
    ],
    ["no control", (steps: ObservedSteps) => ({ ...steps, controls: {} }), "INVALID_ARGUMENT"],
    ["a step of no length", (steps: ObservedSteps) => ({ ...steps, epsilon: 0 }), "INVALID_ARGUMENT"],
    [
      "an end that is no number",
      (steps: ObservedSteps) => ({
        ...steps,
        z1: fromNumbers(new Array<number>(60).fill(Number.NaN), [30, 2]),
      }),
      "NON_FINITE",
    ],
  ] as const)("%s", async (_name, change, code) => {
    const steps = change(await good()) as ObservedSteps;
    await expect(fitModelResidual(nominal, {}, steps, machine)).rejects.toMatchObject({ code });
    await expect(fitObservedSteps(nominal, { base: "euler" }, steps, machine)).rejects.toMatchObject({
      code,
    });
  });

  test("too few of them, and learning through step control", async () => {
    const few = await observe(10, 5);
    await expect(fitModelResidual(nominal, {}, few, machine)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    const adaptive = fitModelResidual(nominal, { method: "dopri5@1e-5" }, await good(), machine);
    await expect(adaptive).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
