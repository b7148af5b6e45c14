import { readdirSync, writeFileSync } from "node:fs";
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { relativeDifference } from "../helpers/compare.js";
import { onnxModel } from "../unit/graph/onnx-model.js";
import { DIM, workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);
beforeAll(place.fit);

/** The same float32 arithmetic, as one program or as several. */
const SAME_SOLVE = 1e-5;

describe("export", () => {
  it("gives a file that any runtime solves with, at any batch size, as solve does", async () => {
    const task = ["field.onnx", "--correction", "correction.onnx", "--steps", "3", "--span", "0,1"];
    const [exported, solved] = await Promise.all([
      place.run("export", ...task, "--out", "solver.onnx", "--json"),
      place.run("solve", ...task, "--states", "z0.safetensors", "--out", "z1.safetensors", "--json"),
    ]);
    expect(exported.json()).toMatchObject({
      method: "hyper-heun:correction.onnx:3",
      steps: 3,
      nfe: 6,
      gCalls: 3,
      selfTest: "passed",
    });
    expect(solved.json()).toMatchObject({ method: "hyper-heun:correction.onnx:3", nfe: 6, gCalls: 3 });
    expect(exported.json().macs).toBe(solved.json().macs);
    const session = await InferenceSession.create(place.at("solver.onnx"));
    expect([session.inputNames, session.outputNames]).toEqual([["z0"], ["z1"]]);
    const z0 = place.tensors("z0.safetensors").z?.data as Float32Array;
    const z1 = place.tensors("z1.safetensors").z?.data as Float32Array;
    for (const batch of [1, 3, 7]) {
      const input = new RuntimeTensor("float32", z0.slice(0, DIM * batch), [batch, DIM]);
      const output = (await session.run({ z0: input })).z1;
      expect(output?.dims).toEqual([batch, DIM]);
      expect(relativeDifference(output?.data as Float32Array, z1.subarray(0, DIM * batch))).toBeLessThan(
        SAME_SOLVE,
      );
    }
  });

  it("takes plain methods and fields with controls", async () => {
    const result = await place.run(
      "export",
      "controlled.onnx",
      "--method",
      "rk4",
      "--steps",
      "2",
      "--span",
      "0,1",
      "--out",
      "rk4.onnx",
      "--json",
    );
    expect(result.json()).toMatchObject({ method: "rk4:2", inputs: ["z0", "x"], nfe: 8 });
    expect((await place.run("info", "rk4.onnx", "--json")).json()).toMatchObject({
      kind: "solver",
      selfTest: { status: "passed" },
    });
  });
});

describe("compare", () => {
  it("measures every method against the reference", async () => {
    const task =
      "compare field.onnx --correction correction.onnx --samples 30 --budget 2,4 --tolerances 1e-2 --out pareto";
    const { code, json } = await place.run(...task.split(" "), "--json");
    expect(code).toBe(0);
    const rows = json().rows as { method: string; nfe: number; error: number; role: string }[];
    expect(new Set(rows.map(({ method }) => method))).toEqual(
      new Set([
        ...["Euler", "midpoint", "Heun", "RK4", "HyperHeun", "dopri5"],
        ...["Adams–Bashforth 2", "Adams–Bashforth 3", "PEC Heun"],
      ]),
    );
    for (const { error, nfe } of rows) expect([error > 0, nfe > 0]).toEqual([true, true]);
    expect(readdirSync(place.at("pareto")).sort()).toEqual([
      "comparison.json",
      "config.json",
      "pareto.png",
      "pareto.svg",
    ]);
  });
});

describe("info", () => {
  it("knows fields, corrections and solvers", async () => {
    const info = async (file: string): Promise<Record<string, unknown>> =>
      (await place.run("info", file, "--json")).json();
    expect(await info("ffjord.onnx")).toMatchObject({
      ...{ kind: "field", unsupported: [], parameterCount: 50178, macs: expect.any(Number) },
      roles: { state: "z", controls: [], output: "dz" },
    });
    expect(await info("controlled.onnx")).toMatchObject({
      roles: { state: "z", depth: "s", controls: ["x"] },
    });
    expect(await info("correction.onnx")).toMatchObject({
      kind: "correction",
      card: { base: "heun", steps: 2 },
    });
    const text = await place.run("info", "correction.onnx");
    expect(text.stdout).toContain("Fitted to heun (order 2) in 2 steps from s = 0 to 1");
  });

  it("works for models with unsupported operators, and says which", async () => {
    const nodes = [
      { op: "Celu", inputs: ["z"], outputs: ["h"] },
      { op: "Strange", domain: "my.domain", inputs: ["h"] },
    ];
    writeFileSync(place.at("strange.onnx"), onnxModel({ inputs: { z: { shape: ["n", 2] } }, nodes }));
    const { code, json } = await place.run("info", "strange.onnx", "--json");
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      kind: "model",
      unsolvable: expect.stringContaining("UNSUPPORTED_OPERATOR"),
    });
    expect(json().unsupported).toEqual(expect.arrayContaining(["my.domain.Strange"]));
    const refused = await place.run("solve", "strange.onnx", "--span", "0,1", "--states", "normal");
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(/^error: UNSUPPORTED_OPERATOR: .*strange\.onnx/);
    expect(refused.stderr).toContain("my.domain.Strange");
  });
});

describe("warnings and contradictions", () => {
  it("warns of a correction that is used elsewhere, and goes on", async () => {
    const args =
      "solve time_mlp_silu.torchscript.onnx --correction correction.onnx --steps 40 --span 1,0 --states z0.safetensors --json";
    const { code, stderr, json } = await place.run(...args.split(" "));
    expect(code).toBe(0);
    expect(stderr).toContain(
      "warning: this correction was fitted for the other direction, 0 to 1: fitted with --directions both",
    );
    expect((json().warnings as string[]).length).toBeGreaterThan(1);
  });

  it("refuses another method than the correction's base, and tolerances for equal steps", async () => {
    const task = ["solve", "field.onnx", "--states", "z0.safetensors", "--correction", "correction.onnx"];
    const [method, tolerance] = await Promise.all([
      place.run(...task, "--method", "euler"),
      place.run(...task, "--rtol", "1e-3"),
    ]);
    expect([method.code, tolerance.code]).toEqual([2, 2]);
    expect(method.stderr).toContain("expected: heun, the base of the correction");
    expect(tolerance.stderr).toContain("drop --rtol, or drop --correction");
  });
});
