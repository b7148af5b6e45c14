import { describe, expect, test } from "vitest";
import { add, constant, mul, sqrt } from "../../../../src/graph/index.js";
import {
  calibrateSolve,
  compileGuardedSolve,
  compileScoredSolve,
  decodeCorrection,
  encodeCorrection,
  hyper,
  normalStates,
  type SolveCalibration,
  stateErrors,
} from "../../../../src/hypersolver/index.js";
import {
  adaptive,
  dopri5,
  fixed,
  heun,
  nonStationary,
  orThrow,
  solveField,
} from "../../../../src/ode/index.js";
import { coefficientsOf } from "../../../../src/ode/internal.js";
import { cast, Random, type Tensor, tensor } from "../../../../src/tensor/index.js";
import { pickRows } from "../../../../src/tensor/internal.js";
import { cardFor } from "../../../helpers/cards.js";
import { handMade, node, smallCorrection } from "../../../helpers/corrections.js";
import { normals, smallField, wideField } from "../../../helpers/flows.js";

const span = [0, 1] as const;
const field = wideField(2, { seed: 3, strength: 4 });
// Knows nothing below z = -4: the square root breaks there.
const correction = handMade(heun, ["z"], ({ z }) => mul(sqrt(add(node(z), constant(4, "float64"))), 0.1));
const method = hyper(correction, { steps: 1 });
const reference = adaptive(dopri5, { rtol: 1e-7, atol: 1e-7 });
const states = normalStates([2]);
const wide = (z0: Tensor): { z0: Tensor; controls: object } => ({ z0: cast(z0, "float64"), controls: {} });
const drawn = (count: number, seed: number) => ({
  edges: states.validation(count, new Random(seed)),
  errors: wide(normals(count, 2, seed)) as ReturnType<typeof states.validation>,
});

const calibrated = async (of = method, count = 640): Promise<SolveCalibration> => {
  const calibration = await calibrateSolve(field, of, span, drawn(count, 1), reference);
  if (calibration === undefined) throw new Error("too few states");
  return calibration;
};

describe("a guarded solve", () => {
  test("keeps what is within the guard, bit by bit, and solves the others again", async () => {
    const calibration = await calibrated();
    const level = calibration.levels.find(({ coverage }) => coverage === 0.9);
    const sortedBounds = [...(level?.bounds ?? [])].sort((a, b) => a - b);
    // 640 samples: six bins of a hundred.
    expect(sortedBounds).toHaveLength(6);
    const spec = { guard: sortedBounds[3] ?? 0, coverage: 0.85, fallback: reference };
    const solve = await compileGuardedSolve(field, method, span, calibration, spec);
    const { z0 } = wide(normals(1000, 2, 2));
    const { end, bounds, refined, statistics } = await solve.run(z0);
    const fast = (await (await compileScoredSolve(field, method, span)).run(z0)).end;
    const exact = orThrow(await solveField(field, z0, { span, method: reference })).states.at(-1) as Tensor;
    const kept = [...bounds.keys()].filter((row) => !refined.includes(row));
    expect(kept.every((row) => (bounds[row] ?? 0) <= spec.guard)).toBe(true);
    expect(refined.every((row) => (bounds[row] ?? 0) > spec.guard)).toBe(true);
    expect(pickRows(end, kept)).toEqual(pickRows(fast, kept));
    expect(Math.max(...stateErrors(pickRows(end, refined), pickRows(exact, refined)).samples)).toBeLessThan(
      1e-5,
    );
    const errors = stateErrors(fast, exact).samples;
    expect(statistics).toMatchObject({ samples: 1000, coverage: 0.9, fastNfe: 2, refined: refined.length });
    expect(statistics.needed).toBe(refined.filter((row) => (errors[row] ?? 0) > spec.guard).length);
    expect(statistics.meanNfe).toBeCloseTo(2 + (statistics.fallbackNfe * refined.length) / 1000, 9);
    // 0.9 ± 4 deviations of six Betas of some 100, and of 1000 draws.
    const covered = errors.filter((error, row) => error <= (bounds[row] ?? 0)).length / 1000;
    expect(Math.abs(covered - 0.9)).toBeLessThan(0.07);
  });

  test("refines what broke and what its corrections never added so much to, whatever the guard", async () => {
    const solve = await compileGuardedSolve(field, method, span, await calibrated(), { guard: 1e9 });
    const z0 = tensor("float64", [4, 2], Float64Array.of(0, 0, -9, 0, 900, 900, 0.1, 0.2));
    const { end, bounds, scores, refined } = await solve.run(z0);
    expect([...bounds].map(Number.isFinite)).toEqual([true, false, false, true]);
    expect(scores[1]).toBeNaN();
    expect(refined).toEqual([1, 2]);
    expect(end.data.every((value) => Number.isFinite(value))).toBe(true);
  });

  test("of a method that knows nothing of its errors has the quantile of all errors", async () => {
    const own = nonStationary(coefficientsOf(fixed(heun, { steps: 1 }).linear, [{ s: 0, dt: 1 }]), {
      mesh: span,
    });
    const calibration = (await calibrateSolve(
      field,
      own,
      span,
      drawn(200, 4),
      reference,
    )) as SolveCalibration;
    expect(calibration).toMatchObject({ score: "none", scores: [], samples: 200 });
    const { z0 } = drawn(200, 4).errors;
    const exact = orThrow(await solveField(field, z0, { span, method: reference })).states.at(-1) as Tensor;
    const end = orThrow(await solveField(field, z0, { span, method: "heun:1" })).states.at(-1) as Tensor;
    const errors = [...stateErrors(end, exact).samples].sort((a, b) => a - b);
    // ⌈201 · 0.9⌉ = 181.
    const level = calibration.levels.find(({ coverage }) => coverage === 0.9);
    expect(level?.bounds[0]).toBeCloseTo(errors[180] ?? Number.NaN, 9);
    const spec = { guard: 2 * (level?.bounds[0] ?? 0), coverage: 0.9 };
    const { refined } = await (await compileGuardedSolve(field, own, span, calibration, spec)).run(z0);
    expect(refined).toEqual([]);
  });
});

describe("what speaks against the bounds", () => {
  test("a spot check that finds too many beyond their bounds has all solved again", async () => {
    const calibration = await calibrated();
    const optimistic = {
      ...calibration,
      witnesses: undefined,
      levels: calibration.levels.map((level) => ({
        ...level,
        bounds: level.bounds.map((bound) => bound / 20),
      })),
    };
    const { z0 } = wide(normals(300, 2, 8));
    const checked = async (own: SolveCalibration) => {
      const spotCheck = { samples: 20, random: new Random(3) };
      const spec = { guard: 1e9, fallback: reference, spotCheck };
      return (await compileGuardedSolve(field, method, span, own, spec)).run(z0);
    };
    const right = await checked(calibration);
    expect(right.isTrusted).toBe(true);
    expect(right.statistics.checked).toBe(20);
    expect(right.refined.length).toBeLessThan(40);
    const wrong = await checked(optimistic);
    expect([wrong.isTrusted, wrong.refined.length]).toEqual([false, 300]);
    expect(wrong.statistics.beyond).toBeGreaterThan(10);
    await expect(checked({ ...optimistic, witnesses: calibration.witnesses })).rejects.toThrow(
      /\d+ beyond their bounds of 0\.95/,
    );
  });
});

test("bounds are for what was calibrated, for coverages that the samples allow, and for a guard", async () => {
  const calibration = await calibrated(method, 30);
  // 30 samples are too few for more than 30/31.
  expect(calibration.levels.map(({ coverage }) => coverage)).toEqual([0.5, 0.8, 0.9, 0.95]);
  const compile = (of: typeof method, on = field, spec = {}) =>
    compileGuardedSolve(on, of, span, calibration, { guard: 1, ...spec });
  await expect(compile(method.withGrid({ steps: 2 }))).rejects.toThrow(/hyper-heun, 2 steps/);
  await expect(compile(method, wideField(2, { seed: 4, strength: 4 }))).rejects.toThrow(/another field/);
  await expect(compile(method, field, { coverage: 0.99 })).rejects.toThrow(/0\.5, 0\.8, 0\.9, 0\.95/);
  await expect(compile(method, field, { guard: 0 })).rejects.toThrow(/a positive number/);
});

test("a calibration travels in the card; one that is damaged is refused by name", async () => {
  const own = smallField(2, { seed: 3 });
  const calibration = await calibrated();
  const bytes = encodeCorrection(smallCorrection(), cardFor(own, { calibration }));
  expect(decodeCorrection(bytes, "g.onnx").card.calibration).toEqual(calibration);
  const [level, ...levels] = calibration.levels as [SolveCalibration["levels"][0]];
  const damaged = { ...calibration, levels: [{ ...level, bounds: [] }, ...levels] };
  const file = encodeCorrection(smallCorrection(), cardFor(own, { calibration: damaged }));
  expect(() => decodeCorrection(file, "g.onnx")).toThrow(/calibration\.levels[\s\S]*/);
});
