import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import type { Tensor } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import type { Finished } from "./command-line.js";
import { DIM, workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);

/** Stored solutions are those of another dopri5 at tolerance 1e-6 in float32. */
const STORED_SOLUTION = 1e-4;

describe("solve", () => {
  it.each(["time_mlp_silu", "resmlp_layernorm_gelu", "control_softplus"])(
    "reaches the stored oracle solution of %s, from both of PyTorch's exporters",
    async (name) => {
      const control = name === "control_softplus" ? ["--input", `x=${name}.safetensors`] : [];
      const common = ["--span", "0,1", "--states", `${name}.safetensors:z`, ...control];
      const solve = async (kind: string): Promise<void> => {
        const out = `${name}.${kind}.out.safetensors`;
        const { code, stderr } = await place.run("solve", `${name}.${kind}.onnx`, ...common, "--out", out);
        expect([code, stderr]).toEqual([0, ""]);
        const stored = place.tensors(`${name}.safetensors`).z1_dopri5 as Tensor;
        expectClose(place.tensors(out).z as Tensor, stored, STORED_SOLUTION);
      };
      await Promise.all([solve("torchscript"), solve("dynamo")]);
    },
  );

  it("writes what the file's name asks for, and reads all of it again", async () => {
    const how = "--span 0,1 --method rk4:1 --quiet";
    const results = await place.runAll([
      ...[".safetensors", ".npz", ".npy", ".csv"].map(
        (ending) => `solve field.onnx ${how} --states time_mlp_silu.safetensors:z --out end${ending}`,
      ),
      ...[".safetensors:z", ".npz", ".npy", ".csv"].map(
        (ending) =>
          `solve field.onnx ${how} --states end${ending} --out from-${ending.slice(1, 4)}.safetensors`,
      ),
      `solve field.onnx --times 0,1 --method rk4:1 --states z0.safetensors --out path.csv`,
    ]);
    expect(results.map(({ code, stderr }) => [code, stderr.split("\n")[0]])).toEqual([
      ...Array(8).fill([0, ""]),
      [1, "error: INVALID_ARGUMENT: An argument is not usable (path.csv)."],
    ]);
    const [first, ...others] = ["saf", "npz", "npy", "csv"].map((kind) =>
      place.tensors(`from-${kind}.safetensors`),
    );
    for (const other of others) expect(other.z).toEqual(first?.z);
  });

  it("takes fixed steps, and says what they cost", async () => {
    const args = [
      "--span",
      "0,1",
      "--states",
      "time_mlp_silu.safetensors:z",
      "--method",
      "rk4",
      "--steps",
      "16",
    ];
    const result = await place.run("solve", "field.onnx", ...args, "--out", "fixed.safetensors", "--json");
    expect(result.json()).toMatchObject({
      ...{ status: "success", method: "rk4:16", nfe: 64, gCalls: 0, acceptedSteps: 16, rejectedSteps: 0 },
      ...{
        shape: [3, DIM],
        out: "fixed.safetensors",
        macs: expect.any(Number),
        milliseconds: expect.any(Number),
      },
    });
    const { z } = place.tensors("fixed.safetensors");
    expectClose(z as Tensor, place.tensors("time_mlp_silu.safetensors").z1_dopri5 as Tensor, STORED_SOLUTION);
  });

  it("stacks the states of several times, backwards and over negative times too", async () => {
    const solve = (times: string, out: string, ...rest: string[]): Promise<Finished> =>
      place.run("solve", "field.onnx", "--times", times, "--states", "z0.safetensors", "--out", out, ...rest);
    expect((await solve("0,0.25,1", "path.safetensors")).code).toBe(0);
    const { z, times } = place.tensors("path.safetensors");
    expect([z?.shape, [...(times?.data ?? [])]]).toEqual([
      [3, 7, DIM],
      [0, 0.25, 1],
    ]);
    expect([...(z?.data.subarray(0, 7 * DIM) ?? [])]).toEqual([
      ...(place.tensors("z0.safetensors").z?.data ?? []),
    ]);
    expect((await solve("1,0,-1", "back.safetensors", "--method", "heun", "--steps", "4")).code).toBe(0);
    expect(place.tensors("back.safetensors").z?.shape).toEqual([3, 7, DIM]);
    expect(
      (await place.run("solve", "field.onnx", "--span", "-1,1", "--states", "normal", "--samples", "2")).code,
    ).toBe(0);
  });

  it("leaves states where they are over a span of zero length", async () => {
    const result = await place.run(
      "solve",
      "field.onnx",
      "--span",
      "0.5,0.5",
      "--states",
      "z0.safetensors",
      "--out",
      "same.safetensors",
      "--json",
    );
    expect(result.json()).toMatchObject({ status: "success", acceptedSteps: 0 });
    expectClose(
      place.tensors("same.safetensors").z as Tensor,
      place.tensors("z0.safetensors").z as Tensor,
      0,
    );
  });

  it("writes nothing when it fails, unless asked to keep what was reached", async () => {
    const args = [
      "--times",
      "0,0.01,1",
      "--states",
      "z0.safetensors",
      "--max-steps",
      "3",
      "--out",
      "part.safetensors",
    ];
    const failed = await place.run("solve", "field.onnx", ...args, "--json");
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ error: { code: "STEP_LIMIT" } });
    expect(failed.stderr).toContain("error: STEP_LIMIT: ");
    expect(existsSync(place.at("part.safetensors"))).toBe(false);
    const kept = await place.run("solve", "field.onnx", ...args, "--keep-partial");
    expect(kept.code).toBe(1);
    const { last_good: lastGood, z, times } = place.tensors("part.safetensors");
    expect(lastGood?.shape).toEqual([7, DIM]);
    expect(z?.shape[0]).toBe(times?.data.length);
    expect(z?.shape[0]).toBeLessThan(3);
  });
});
