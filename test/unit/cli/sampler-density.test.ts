import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeFlow, studentTBase } from "../../../src/models/index.js";
import { flowFacts } from "../../../src/models/internal.js";
import { decodeSafetensors, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { flowOver, smallField } from "../../helpers/flows.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-sampler-density-"));
const flow = flowOver(smallField(2), {
  base: studentTBase(5),
  standardization: { shift: [10, -4], scale: [2, 0.5] },
});

beforeAll(() => {
  process.chdir(folder);
  const story = { data: "a test", training: "none", seed: 0 };
  writeFileSync("flow.onnx", encodeFlow(flow, flowFacts(flow, story)));
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const logsIn = (file: string): Float64Array => {
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(file)), file);
  return toFloat64(tensors.log_density as Tensor);
};

describe("sample and density of one sampler", () => {
  it.each([
    ["reversible-heun:2", "--data"],
    ["midpoint:2", "--sampler --data"],
  ])("agree to rounding: %s, %s", async (method, flag) => {
    await told(`sample flow.onnx --method ${method} --count 60 --log-density --out s.safetensors`);
    const { code, text, json } = await told(
      `density flow.onnx --method ${method} ${flag} s.safetensors --out d.safetensors`,
    );
    expect([code, json], text).toEqual([0, expect.objectContaining({ unreached: 0, warnings: [], method })]);
    const [own, found] = [logsIn("s.safetensors"), logsIn("d.safetensors")];
    for (const [i, value] of found.entries()) expect(Math.abs(value - (own[i] ?? 0))).toBeLessThan(2e-4);
    // Solving backwards by the same method is something else.
    await told("density flow.onnx --method heun:2 --data s.safetensors --out b.safetensors");
    const off = logsIn("b.safetensors").map((value, i) => Math.abs(value - (own[i] ?? 0)));
    expect(Math.max(...off)).toBeGreaterThan(2e-3);
  });

  it("is refused under step control, and with estimates of the divergence", async () => {
    const adaptive = await told("density flow.onnx --sampler --grid -1,1,4");
    expect(adaptive.text).toMatch(/--sampler[\s\S]*fixed steps/);
    const estimated = await told(
      "density flow.onnx --sampler --method heun:2 --estimator hutchinson --grid -1,1,4",
    );
    expect(estimated.text).toMatch(/--estimator[\s\S]*exact/);
    expect([adaptive.code, estimated.code]).toEqual([2, 2]);
  });
});
