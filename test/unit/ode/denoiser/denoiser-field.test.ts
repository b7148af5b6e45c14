import { describe, expect, it } from "vitest";
import { add, div, evaluateGraph, exp, mul, type Node, sqrt, sub } from "../../../../src/graph/index.js";
import { denoiserField, type Prediction } from "../../../../src/ode/denoiser/denoiser-field.js";
import type { PathPoint } from "../../../../src/ode/denoiser/noise-path.js";
import type { NoiseSchedule, Spacing } from "../../../../src/ode/denoiser/noise-schedule.js";
import { fieldAs } from "../../../../src/ode/field/field-as.js";
import { withGivenInputs } from "../../../../src/ode/field/given-inputs.js";
import { compileSolve, defineField, type Field, orThrow } from "../../../../src/ode/index.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";

// Data are normal, mean 0.7, deviation 0.3: what a perfect network predicts, and the flow, are known in closed form.
const MEAN = 0.7;
const DEVIATION = 0.3;

const T = 100;
/** −log α² of a schedule that is known between whole times, too. */
const decayAt = (t: number): number => 5 * ((t + 1) / T) ** 2;
const decay = Array.from({ length: T }, (_, t) => decayAt(t));

const schedules: Readonly<Record<string, NoiseSchedule>> = {
  discrete: { kind: "discrete", decay },
  rectified: { kind: "rectified", timeShare: "data", shift: 1, timeScale: 1 },
  "rectified, time as noise, shifted": { kind: "rectified", timeShare: "noise", shift: 3, timeScale: 1000 },
  edm: { kind: "exploding", low: 0.002, high: 80 },
};

/** α and σ as the network knows them from its time. */
function knownTo(schedule: NoiseSchedule, t: Node): { alpha: Node; sigma: Node } {
  if (schedule.kind === "exploding") return { alpha: add(mul(t, 0), 1), sigma: t };
  if (schedule.kind === "rectified") {
    const share = mul(t, 1 / schedule.timeScale);
    return schedule.timeShare === "data"
      ? { alpha: share, sigma: sub(1, share) }
      : { alpha: sub(1, share), sigma: share };
  }
  const level = mul(add(t, 1), 1 / T);
  const decayed = exp(mul(mul(level, level), -5));
  return { alpha: sqrt(decayed), sigma: sqrt(sub(1, decayed)) };
}

/** A network that predicts perfectly; with a control, the mean is that instead. */
function network(schedule: NoiseSchedule, prediction: Prediction, controlled = false): Field {
  const options = controlled ? { controls: { mean: { shape: ["batch", 1] as const } } } : {};
  return defineField(
    ["batch", 2],
    (t, x, { mean = MEAN }) => {
      const { alpha, sigma } = knownTo(schedule, t);
      const off = sub(x, mul(alpha, mean));
      const variance = add(mul(mul(alpha, alpha), DEVIATION ** 2), mul(sigma, sigma));
      const data = add(mean, div(mul(mul(alpha, DEVIATION ** 2), off), variance));
      const noise = div(mul(sigma, off), variance);
      if (prediction === "epsilon") return noise;
      if (prediction === "x0") return data;
      if (prediction === "v") return sub(mul(alpha, noise), mul(sigma, data));
      const sign = schedule.kind === "rectified" && schedule.timeShare === "noise" ? -1 : 1;
      return mul(sub(data, noise), sign);
    },
    options,
  );
}

const exactAt = ({ alpha, sigma }: PathPoint, start: number, mean = MEAN): number =>
  alpha * mean + Math.sqrt((alpha * DEVIATION) ** 2 + sigma ** 2) * start;

const slopeAt = ({ alpha, sigma, dAlpha, dSigma }: PathPoint, start: number): number =>
  dAlpha * MEAN +
  ((alpha * dAlpha * DEVIATION ** 2 + sigma * dSigma) / Math.sqrt((alpha * DEVIATION) ** 2 + sigma ** 2)) *
    start;

function fieldValue(field: Field, s: number, z: readonly number[]): number[] {
  const { graph, roles } = fieldAs(field, "float64");
  const feeds = {
    [roles.state]: fromNumbers(z, [1, z.length], "float64"),
    [roles.depth as string]: fromNumbers([s], [], "float64"),
  };
  return [...toFloat64(evaluateGraph(graph, feeds)[roles.output] as Tensor)];
}

const cases = Object.entries(schedules).flatMap(([name, schedule]) =>
  (["velocity", "epsilon", "x0", "v"] as const)
    .filter((prediction) => prediction !== "velocity" || schedule.kind === "rectified")
    .flatMap((prediction) =>
      (["time", "log-snr", "sigma"] as const).flatMap((spacing) =>
        (["state", "scaled"] as const).map((variables) => ({
          name,
          schedule,
          prediction,
          spacing,
          variables,
        })),
      ),
    ),
);

describe("a network that predicts noise, data or velocity, as a field", () => {
  it.each(cases)("follows the exact flow: $name, $prediction, $spacing, $variables", (one) => {
    const { schedule, prediction, spacing, variables } = one;
    const field = denoiserField(network(schedule, prediction), { prediction, schedule, spacing, variables });
    for (const s of [0.1, 0.5, 0.9]) {
      const point = (field.path as NonNullable<Field["path"]>)(s);
      const [low, high] = [s - 1e-6, s + 1e-6].map(field.path as NonNullable<Field["path"]>);
      const rise = ((high as PathPoint).sigma - (low as PathPoint).sigma) / 2e-6;
      expect(point.dSigma / rise).toBeCloseTo(1, 5);
      const starts = [0.4, -1.2];
      const found = fieldValue(
        field,
        s,
        starts.map((start) => exactAt(point, start)),
      );
      for (const [i, start] of starts.entries()) {
        const exact = slopeAt(point, start);
        // Where s runs through time evenly, the network and the curve between whole times are one; else times are a curve.
        expect(Math.abs((found[i] as number) - exact) / Math.abs(exact)).toBeLessThan(2e-3);
      }
    }
  });
});

const ends = async (field: Field, method: string, start: number): Promise<number> => {
  const solve = await compileSolve(fieldAs(field, "float64"), { method, span: [0, 1], device: "reference" });
  const z0 = fromNumbers([start, start], [1, 2], "float64");
  return toFloat64(orThrow(await solve.run(z0)).states.at(-1) as Tensor)[0] as number;
};

describe("methods for ways from noise to data", () => {
  const schedule = schedules.discrete as NoiseSchedule;
  const made = (spacing: Spacing, variables: "state" | "scaled" = "state") =>
    denoiserField(network(schedule, "epsilon"), { prediction: "epsilon", schedule, spacing, variables });

  const pathOf = ({ path }: Field): NonNullable<Field["path"]> => path as NonNullable<Field["path"]>;

  it("DDIM is Euler's method in scaled variables", async () => {
    const [plain, scaled] = [made("sigma"), made("sigma", "scaled")];
    const [first, last] = [pathOf(plain)(0), pathOf(plain)(1)];
    const end = await ends(plain, "ddim:5", 1.3);
    const other = await ends(scaled, "euler:5", 1.3 / first.alpha);
    expect(end).toBeCloseTo(last.alpha * other, 6);
  });

  it.each([
    ["ddim", 1],
    ["dpmpp2m", 2],
  ])("%s has its order, whatever is solved for", async (method, order) => {
    for (const variables of ["state", "scaled"] as const) {
      const field = made("log-snr", variables);
      const exact = exactAt(pathOf(field)(1), 1);
      const start = exactAt(pathOf(field)(0), 1);
      const [coarse, fine] = [
        Math.abs((await ends(field, `${method}:16`, start)) - exact),
        Math.abs((await ends(field, `${method}:32`, start)) - exact),
      ];
      const measured = Math.log2(coarse / fine);
      expect(measured).toBeGreaterThan(order - 0.2);
      expect(measured).toBeLessThan(order + 0.2);
    }
  });

  it("takes a field without a schedule for flow matching, and refuses to leave its way", async () => {
    const plain = network(schedules.rectified as NoiseSchedule, "velocity");
    const known = denoiserField(plain, {
      prediction: "velocity",
      schedule: schedules.rectified as NoiseSchedule,
    });
    expect(await ends(plain, "dpmpp2m:6", 0.3)).toBeCloseTo(await ends(known, "dpmpp2m:6", 0.3), 6);
    const beyond = compileSolve(plain, { method: "dpmpp2m:2", span: [0, 2], device: "reference" });
    await expect(beyond).rejects.toThrow(/span inside \[0, 1\]/);
  });
});

describe("guidance", () => {
  const schedule = schedules.discrete as NoiseSchedule;

  it("of normals moves the mean, and evaluates the network twice", () => {
    const conditioned = network(schedule, "epsilon", true);
    const fixed = (mean: number): Field => withGivenInputs(conditioned, { fixed: { mean } });
    const [conditional, unconditional] = [fixed(0.9), fixed(0.4)];
    const field = denoiserField(conditional, {
      ...{ prediction: "epsilon" as const, schedule },
      guidance: { scale: 3, without: unconditional },
    });
    // 0.4 + 3 (0.9 − 0.4)
    const shifted = denoiserField(fixed(1.9), { prediction: "epsilon", schedule });
    for (const s of [0.05, 0.6])
      for (const [i, value] of fieldValue(field, s, [0.3, -1]).entries())
        expect(value).toBeCloseTo(fieldValue(shifted, s, [0.3, -1])[i] as number, 5);
  });
});
