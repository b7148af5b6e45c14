import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { shiftTest } from "../../../../src/hypersolver/guard/score-shift.js";
import {
  type Correction,
  calibrateSolve,
  compileGuardedSolve,
  decodeCorrection,
  encodeCorrection,
  encodeSolver,
  hyper,
  normalStates,
  type SolveCalibration,
  weightsWarnings,
} from "../../../../src/hypersolver/index.js";
import { shiftWarnings } from "../../../../src/hypersolver/internal.js";
import { adaptive, dopri5 } from "../../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { cardFor } from "../../../helpers/cards.js";
import { smallCorrection } from "../../../helpers/corrections.js";
import { normals, scaled, smallField } from "../../../helpers/flows.js";

const span = [0, 1] as const;
const field = smallField(2, { seed: 3 });
const reference = adaptive(dopri5, { rtol: 1e-6, atol: 1e-6 });
const states = normalStates([2]);

/** Of weights that add something. */
function livelyCorrection(): Correction {
  const correction = smallCorrection();
  const random = new Random(6);
  const parameters = Object.fromEntries(
    Object.entries(correction.parameters).map(([name, { shape, data }]) => [
      name,
      fromNumbers(
        Float32Array.from({ length: data.length }, () => 0.5 * random.normal()),
        shape,
      ),
    ]),
  );
  return { ...correction, parameters };
}

async function calibrated(correction: Correction): Promise<SolveCalibration> {
  const drawn = {
    edges: states.validation(600, new Random(1)),
    errors: { z0: normals(600, 2, 1), controls: {} },
  };
  const method = hyper(correction, { steps: 1 });
  return (await calibrateSolve(field, method, span, drawn, reference)) as SolveCalibration;
}

/** Weights with noise of half their size, in a file that says everything is in order. */
function sabotaged(correction: Correction, calibration: SolveCalibration): Correction {
  const random = new Random(5);
  const noised = (weights: Tensor): Tensor =>
    fromNumbers(
      toFloat64(weights).map((value) => value * (1 + 0.5 * random.normal())),
      weights.shape,
      weights.dtype,
    );
  const parameters = Object.fromEntries(
    Object.entries(correction.parameters).map(([name, value]) => [name, noised(value)]),
  );
  const forged = encodeCorrection({ ...correction, parameters }, cardFor(field, { calibration }));
  const loaded = decodeCorrection(forged, "forged.onnx");
  expect(weightsWarnings(loaded)).toEqual([]);
  return loaded;
}

test("other states and a sabotaged g under a forged card are told from chance", async () => {
  const correction = livelyCorrection();
  const calibration = await calibrated(correction);
  const warningsOf = async (of: Correction, z0: Tensor): Promise<string[]> => {
    const spec = { guard: 1e9, fallback: reference };
    // As in a file that keeps no witnesses.
    const bare = { ...calibration, witnesses: undefined };
    const solve = await compileGuardedSolve(field, hyper(of, { steps: 1 }), span, bare, spec);
    return shiftWarnings((await solve.run(z0)).shift);
  };
  const fresh = normals(1000, 2, 2);
  expect(await warningsOf(correction, fresh)).toEqual([]);
  const [wider] = await warningsOf(correction, scaled(fresh, 2));
  expect(wider).toMatch(/Kolmogorov–Smirnov distance 0\.\d\d, by chance at most 0\.1/);
  const other = sabotaged(correction, calibration);
  expect(await warningsOf(other, fresh)).toHaveLength(1);
  const method = hyper(other, { steps: 1 });
  await expect(compileGuardedSolve(field, method, span, calibration, { guard: 1e9 })).rejects.toThrow(
    /of 64 samples that its file keeps[\s\S]*other weights/,
  );
});

test("the distance is that of distribution functions, and chance rarely exceeds its limit", () => {
  const scores = Array.from({ length: 65 }, (_, i) => i / 64);
  const calibration = { scores, samples: 1000 } as unknown as SolveCalibration;
  // Uniform on [0, 1] against uniform on [0.25, 1.25]: a quarter apart; broken samples are beyond all.
  const moved = Float64Array.from({ length: 1000 }, (_, i) => 0.25 + (i + 0.5) / 1000);
  expect(shiftTest(calibration)(moved)?.distance).toBeCloseTo(0.25, 2);
  const broken = Float64Array.from({ length: 1000 }, (_, i) => (i < 300 ? Number.NaN : (i + 0.5) / 1000));
  expect(shiftTest(calibration)(broken)?.distance).toBeCloseTo(0.3, 2);
  const random = new Random(8);
  const alarms = Array.from({ length: 500 }, () => {
    const shift = shiftTest(calibration)(Float64Array.from({ length: 50 }, () => random.uniform()));
    return shiftWarnings(shift).length;
  });
  expect(alarms.filter((count) => count > 0).length).toBeLessThan(5);
  expect(shiftTest({ ...calibration, scores: [] })(moved)).toBeUndefined();
});

test("an exported solver has the bounds of a guarded solve, infinite where those are", async () => {
  const correction = livelyCorrection();
  const calibration = await calibrated(correction);
  const method = hyper(correction, { steps: 1 });
  const z0 = fromNumbers([...toFloat64(normals(200, 2, 3)), 500, 500, Number.NaN, 0], [202, 2]);
  const bound = { calibration, coverage: 0.9 };
  const samples = { z0: normals(4, 2, 1), controls: {} };
  const bytes = await encodeSolver(field, method, span, samples, {}, { bound });
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  expect(session.outputNames).toEqual(["z1", "error_bound"]);
  const outputs = await session.run({ z0: new RuntimeTensor("float32", z0.data as Float32Array, [202, 2]) });
  await session.release();
  const told = outputs.error_bound?.data as Float32Array;
  expect(outputs.error_bound?.dims).toEqual([202]);
  const spec = { guard: 1e9, coverage: 0.9, fallback: reference };
  const level = calibration.levels.find(({ coverage }) => coverage === 0.9);
  expect(new Set(level?.bounds).size).toBeGreaterThan(3);
  const rows = fromNumbers(z0.data.slice(0, 400) as Float32Array, [200, 2]);
  const { bounds } = await (await compileGuardedSolve(field, method, span, calibration, spec)).run(rows);
  expect(told.slice(0, 200)).toEqual(Float32Array.from(bounds));
  expect([...told.slice(200)]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test("a control that has few values is no shift", () => {
  const calibration = {
    scores: Array.from({ length: 65 }, (_, i) => i / 64),
    traits: [Array.from({ length: 33 }, (_, i) => Number(i > 16))],
    samples: 1000,
  } as unknown as SolveCalibration;
  const count = 400;
  const scores = Float64Array.from({ length: count }, (_, i) => (i + 0.5) / count);
  const coins = (share: number): Tensor =>
    fromNumbers(
      Float32Array.from({ length: count }, (_, i) => Number(i < share * count)),
      [count, 1],
    );
  expect(shiftWarnings(shiftTest(calibration)(scores, coins(0.5)))).toEqual([]);
  expect(shiftWarnings(shiftTest(calibration)(scores, coins(0.8)))).toHaveLength(1);
});
