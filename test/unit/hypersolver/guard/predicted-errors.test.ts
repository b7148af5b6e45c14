import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import {
  calibrateSolve,
  compileGuardedSolve,
  encodeSolver,
  hyper,
  normalStates,
  type SolveCalibration,
  stateErrors,
} from "../../../../src/hypersolver/index.js";
import { adaptive, dopri5, fixed, heun, orThrow, solveField } from "../../../../src/ode/index.js";
import { Random, type Tensor } from "../../../../src/tensor/index.js";
import { smallCorrection } from "../../../helpers/corrections.js";
import { normals, scaled, smallField } from "../../../helpers/flows.js";

const span = [0, 1] as const;
// Large enough for a tenth of its arithmetic to predict something.
const field = smallField(2, { seed: 3, strength: 4, hidden: [64, 64] });
const reference = adaptive(dopri5, { rtol: 1e-6, atol: 1e-6 });
const method = hyper(smallCorrection(), { steps: 1 });
const states = normalStates([2]);
let calibration: SolveCalibration;

beforeAll(async () => {
  const drawn = {
    edges: states.validation(800, new Random(1)),
    errors: { z0: normals(500, 2, 1), controls: {} },
  };
  calibration = (await calibrateSolve(field, method, span, drawn, reference)) as SolveCalibration;
});

describe("errors predicted by a small network", () => {
  test("bound each sample by what the solve sees of it, within a tenth of its arithmetic", async () => {
    expect(calibration.score).toBe("predicted");
    const { hidden = 0, mean = [] } = calibration.predictor ?? {};
    const { macs } = method.scheme(field).cost(1);
    expect(mean.length * hidden + hidden ** 2 + hidden).toBeLessThanOrEqual(0.1 * macs);
    const z0 = normals(1000, 2, 2);
    const spec = { guard: 1e9, coverage: 0.9, fallback: reference };
    const { bounds, end, statistics } = await (
      await compileGuardedSolve(field, method, span, calibration, spec)
    ).run(z0);
    expect(statistics.meanMacs).toBeGreaterThanOrEqual(macs + mean.length * hidden + hidden ** 2 + hidden);
    const exact = orThrow(await solveField(field, z0, { span, method: reference })).states.at(-1) as Tensor;
    const errors = stateErrors(end, exact).samples;
    // 0.9 ± 4 deviations of five Betas of some 100, and of 1000 draws.
    const covered = errors.filter((error, row) => error <= (bounds[row] ?? 0)).length / 1000;
    expect(Math.abs(covered - 0.9)).toBeLessThan(0.07);
    expect(Math.max(...bounds.filter(Number.isFinite))).toBeGreaterThan(3 * Math.min(...bounds));
  });

  test("have no bounds for states of another kind, unless these are to be trusted", async () => {
    const z0 = scaled(normals(600, 2, 7), 1.4);
    const run = async (trust: boolean) => {
      const spec = { guard: 1e9, fallback: fixed(heun, { steps: 2 }), trust };
      return (await compileGuardedSolve(field, method, span, calibration, spec)).run(z0);
    };
    const careful = await run(false);
    expect([careful.isTrusted, careful.refined.length]).toEqual([false, 600]);
    expect(careful.bounds.every((bound) => bound === Number.POSITIVE_INFINITY)).toBe(true);
    const trusting = await run(true);
    expect(trusting.isTrusted).toBe(true);
    expect(trusting.refined.length).toBeLessThan(100);
  });

  test("travel in an exported solver", async () => {
    const z0 = normals(50, 2, 3);
    const samples = { z0, controls: {} };
    const bytes = await encodeSolver(
      field,
      method,
      span,
      samples,
      {},
      { bound: { calibration, coverage: 0.9 } },
    );
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const { error_bound: told } = await session.run({
      z0: new RuntimeTensor("float32", z0.data as Float32Array, [50, 2]),
    });
    await session.release();
    const spec = { guard: 1e9, coverage: 0.9, fallback: reference };
    const { bounds } = await (await compileGuardedSolve(field, method, span, calibration, spec)).run(z0);
    expect(told?.data).toEqual(Float32Array.from(bounds));
  });
});
