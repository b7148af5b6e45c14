import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { densityNamed } from "../../src/data/index.js";
import { cardWarnings, compileGuardedSolve, decodeCorrection, hyper } from "../../src/hypersolver/index.js";
import { meanNegative } from "../../src/models/flow/flow-density.js";
import { compileFlowDensity, compileFlowSampler, decodeFlow } from "../../src/models/index.js";
import type { DescribedFlow } from "../../src/models/internal.js";
import { compileSolve, logDensityField } from "../../src/ode/index.js";
import { Random, type Tensor, toFloat64 } from "../../src/tensor/index.js";

const folder = "pretrained/flows";
const names = readdirSync(folder);

interface Manifest {
  readonly command: string;
  readonly sha256: Readonly<Record<string, string>>;
  readonly heldOutNll: { readonly mean: number };
  readonly meanErrorOfSamples: Readonly<Record<string, { readonly hypersolver: number }>>;
}

const read = (name: string, file: string): Buffer => readFileSync(join(folder, name, file));
const correction = (name: string, file = "correction.onnx") => decodeCorrection(read(name, file), file);
const flowNamed = (name: string): DescribedFlow => decodeFlow(read(name, "flow.onnx"), "flow.onnx");

async function samples(flow: DescribedFlow, z: Tensor, options: Parameters<typeof compileFlowSampler>[1]) {
  const sampler = await compileFlowSampler(flow, options);
  const { x } = await sampler.push(z);
  await sampler.dispose();
  return toFloat64(x);
}

function meanDistance(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 2)
    total += Math.hypot((a[i] ?? 0) - (b[i] ?? 0), (a[i + 1] ?? 0) - (b[i + 1] ?? 0));
  return (2 * total) / a.length;
}

test("the four densities of the paper are there", () => {
  expect(names).toEqual(expect.arrayContaining(["checkerboard", "circles", "pinwheel", "rings"]));
});

describe.each(names)("the shipped flow over %s", (name) => {
  const manifest = JSON.parse(read(name, "manifest.json").toString()) as Manifest;

  test("has the files that its manifest speaks of", () => {
    expect(Object.keys(manifest.sha256)).toContain("flow.onnx");
    for (const [file, hash] of Object.entries(manifest.sha256))
      expect(createHash("sha256").update(read(name, file)).digest("hex"), file).toBe(hash);
    expect(manifest.command).toContain(`--density ${name}`);
  });

  test("gives fresh data the likelihood that its manifest states", async () => {
    const density = await compileFlowDensity(flowNamed(name));
    const { values } = await density.run(densityNamed(name).sample(2000, new Random(123)));
    await density.dispose();
    // Five standard errors of 2000 values whose deviation is about 1.
    expect(Math.abs(meanNegative(values) - manifest.heldOutNll.mean)).toBeLessThan(0.12);
  });

  test.each([
    ["correction.onnx", "midpoint", "HyperMidpoint"],
    ["correction-heun.onnx", "heun", "HyperHeun"],
    ["correction-euler.onnx", "euler", "HyperEuler"],
  ])("is sampled by %s ten times closer than by %s, as its manifest says", async (file, method, title) => {
    const flow = flowNamed(name);
    const z = flow.base.sample(500, 2, new Random(5));
    const exact = await samples(flow, z, {});
    const corrected = meanDistance(
      await samples(flow, z, { method: hyper(correction(name, file), { steps: 1 }) }),
      exact,
    );
    const base = meanDistance(await samples(flow, z, { method: `${method}:1` }), exact);
    expect(corrected * 10).toBeLessThan(base);
    const [scale = 1] = flow.standardization.scale;
    const stated = manifest.meanErrorOfSamples[title]?.hypersolver ?? Number.NaN;
    // 500 samples against 2000 others: errors scatter by a factor.
    expect(corrected / scale / stated).toBeGreaterThan(0.5);
    expect(corrected / scale / stated).toBeLessThan(2);
  });

  test("has bounds of its errors that hold", async () => {
    const { field, span, base } = flowNamed(name);
    const loaded = correction(name, "correction-heun.onnx");
    const { calibration } = loaded.card;
    if (calibration === undefined) throw new Error("no bounds");
    const spec = { guard: Number.MAX_VALUE, coverage: 0.9 };
    const guarded = await compileGuardedSolve(field, hyper(loaded, { steps: 1 }), span, calibration, spec);
    const exact = await compileSolve(field, { span, method: "dopri5@1e-6" });
    const z = base.sample(1000, 2, new Random(6));
    const [{ end, bounds, refined }, solved] = [await guarded.run(z), await exact.run(z)];
    await Promise.all([guarded.dispose(), exact.dispose()]);
    const [ends, others] = [toFloat64(end), toFloat64(solved.states.at(-1) as Tensor)];
    const errors = Array.from(bounds, (_, i) =>
      Math.hypot(...[2 * i, 2 * i + 1].map((at) => (ends[at] ?? 0) - (others[at] ?? 0))),
    );
    // States unlike any of the calibration have no bound.
    expect(refined.length).toBeLessThan(100);
    const within = errors.filter((error, i) => refined.includes(i) || error <= (bounds[i] ?? 0));
    // Four standard errors of 1000 states and of the calibration's 2000.
    expect(within.length / errors.length).toBeGreaterThan(0.9 - 4 * Math.sqrt(0.09 / 1000 + 0.09 / 2000));
  });

  test("carries far draws of the base nowhere", async () => {
    const flow = flowNamed(name);
    const ring = Float32Array.from({ length: 128 }, (_, i) =>
      i % 2 === 0 ? 4.5 * Math.cos((i * Math.PI) / 64) : 4.5 * Math.sin(((i - 1) * Math.PI) / 64),
    );
    const far = { dtype: "float32", shape: [64, 2], data: ring } as const;
    for (const options of [{}, { method: hyper(correction(name), { steps: 1 }) }]) {
      const x = await samples(flow, far, options);
      expect(Math.max(...x.map(Math.abs))).toBeLessThan(8);
    }
  });

  test("has corrections that know it", () => {
    const { field, span } = flowNamed(name);
    const back = [span[1], span[0]] as const;
    for (const file of ["correction.onnx", "correction-heun.onnx", "correction-euler.onnx"])
      expect(cardWarnings(correction(name, file).card, field, { span, steps: 1 })).toEqual([]);
    const both = correction(name, "correction-both.onnx").card;
    expect(cardWarnings(both, field, { span, steps: 1 })).toEqual([]);
    expect(cardWarnings(both, field, { span: back, steps: 1 })).toEqual([]);
    const { field: augmented } = logDensityField(field);
    const density = correction(name, "correction-density.onnx").card;
    expect(cardWarnings(density, augmented, { span: back, steps: 1 })).toEqual([]);
  });
});
