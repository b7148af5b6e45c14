import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../src/tensor/index.js";
import { imageShape, normalTensor } from "../helpers/image-fields.js";
import { workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);

describe("a field of images", () => {
  writeFileSync(place.at("wrong.safetensors"), encodeSafetensors({ z: normalTensor([60, 2, 5, 5], 2) }));
  const light = "--iterations 30 --trajectory-iterations 5 --batch 8 --budget 4 --no-figures --json".split(
    " ",
  );

  it("is fitted, compared, solved and exported as any other", async () => {
    const given = ["--states", "encoded.safetensors:z"];
    const fitted = await place.run(
      "fit",
      "images.onnx",
      "--base",
      "euler",
      "--steps",
      "4",
      ...given,
      "--out",
      "run",
      ...light,
    );
    expect(fitted.code).toBe(0);
    expect(fitted.json()).toMatchObject({
      ...{ status: "complete", iterations: 35, heldOutSamples: 12 },
      card: { stateShape: ["batch", ...imageShape], inputs: ["z", "stages", "s"], epsilon: [0.25, 0.25] },
      measuring: { precision: "float32", noise: expect.any(Number) },
    });
    const corrected = ["--correction", "run/correction.onnx"];
    const compared = await place.run("compare", "images.onnx", ...corrected, ...given, "--budget", "4");
    expect(compared.code).toBe(0);
    expect(compared.stdout).toContain("dopri5@1e-6 in float32 (itself off by");
    expect(compared.stdout).toContain("HyperEuler");
    const solved = await place.run(
      "solve",
      "images.onnx",
      ...corrected,
      "--steps",
      "4",
      ...given,
      "--out",
      "z1.safetensors",
    );
    expect(solved.code).toBe(0);
    expect(place.tensors("z1.safetensors").z?.shape).toEqual([60, ...imageShape]);
    const exported = await place.run(
      "export",
      "images.onnx",
      ...corrected,
      "--steps",
      "4",
      "--out",
      "solver.onnx",
      "--json",
    );
    expect(exported.json()).toMatchObject({ selfTest: "passed", steps: 4 });
  });

  it("refuses states of another shape and unknown architectures", async () => {
    const task = ["fit", "images.onnx", "--base", "euler", "--steps", "4"];
    const wrong = await place.run(...task, "--states", "wrong.safetensors:z", ...light);
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain("2, 5, 5");
    const unknown = await place.run(...task, "--states", "normal", "--architecture", "mlp", ...light);
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain("mnist-paper");
  });
});
