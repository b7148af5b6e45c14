import { describe, expect, test } from "vitest";
import { compileFollower, compileObserver, hyper } from "../../../../src/hypersolver/index.js";
import { solveField } from "../../../../src/ode/index.js";
import { type Tensor, tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { normals, scaled, smallField } from "../../../helpers/flows.js";
import { convolutionalField, imageShape } from "../../../helpers/image-fields.js";

const field = smallField(2);
const spec = { steps: 2, hidden: [16], learningRate: 2e-2, averageDecay: 0.9 } as const;
const machine = { threads: 1 };
const observed = async (z0: Tensor, parameters = field.parameters) => {
  const observer = await compileObserver(field, spec, machine);
  const seen = await observer.observe(parameters, { z0, controls: {} });
  await observer.dispose();
  return seen;
};

describe("a followed hypersolver", () => {
  test("begins as its base, learns, and solves as its correction says", async () => {
    const follower = await compileFollower(field, spec, machine);
    const z0 = normals(64, 2, 1);
    const seen = await observed(z0);
    const base = await solveField(field, z0, { span: [0, 1], method: "heun:2", ...machine });
    const first = await follower.error(seen);
    const end = base.states.at(-1) as Tensor;
    const distances = [...Array(64).keys()].map((i) =>
      Math.hypot(...[0, 1].map((j) => Number(end.data[2 * i + j]) - Number(seen.end.data[2 * i + j]))),
    );
    expect(first.mean).toBeCloseTo(
      distances.reduce((sum, each) => sum + each / 64, 0),
      5,
    );
    const delta = await follower.learn(seen, 200);
    expect(delta).toBeLessThan(0.6);
    const after = await follower.error(seen);
    expect(after.mean).toBeLessThan(first.mean / 5);
    const method = hyper(follower.correction(), { steps: 2 });
    const solved = await solveField(field, z0, { span: [0, 1], method, ...machine });
    expect(relativeDifference(toFloat64(solved.states.at(-1) as Tensor), toFloat64(seen.end))).toBeLessThan(
      0.1,
    );
    await follower.dispose();
  });

  test("does not change when its scales do", async () => {
    const still = { ...spec, averageDecay: 0 };
    const follower = await compileFollower(field, { ...still, learningRate: 1e-30 }, machine);
    const teacher = await compileFollower(field, still, machine);
    const seen = await observed(normals(32, 2, 2));
    await teacher.learn(seen, 30);
    follower.restore(teacher.state());
    const before = follower.correction();
    const { samples } = await follower.error(seen);
    // A field of three times the speed: everything that g sees and makes is far larger.
    const fast = Object.fromEntries(
      Object.entries(field.parameters).map(([name, value]) => [name, scaled(value, 3)]),
    );
    await follower.learn(await observed(normals(32, 2, 3), fast), 1);
    const scale = "scale of g";
    const grown = Number(follower.correction().parameters[scale]?.data[0]);
    expect(grown / Number(before.parameters[scale]?.data[0])).toBeGreaterThan(2);
    expect(relativeDifference((await follower.error(seen)).samples, samples)).toBeLessThan(1e-6);
    await follower.dispose();
    await teacher.dispose();
  });

  test("sees images as well", async () => {
    const images = convolutionalField();
    const options = { ...spec, hidden: [4], inputs: ["z", "stages", "s"], steps: 1 } as const;
    const observer = await compileObserver(images, options, machine);
    const follower = await compileFollower(images, options, machine);
    const shape = [4, ...imageShape];
    const size = shape.reduce((product, extent) => product * extent, 1);
    const z0 = tensor("float32", shape, normals(size, 1, 4).data as Float32Array);
    const seen = await observer.observe(images.parameters, { z0, controls: {} });
    const first = (await follower.error(seen)).relative;
    await follower.learn(seen, 60);
    expect((await follower.error(seen)).relative).toBeLessThan(first / 1.5);
    await observer.dispose();
    await follower.dispose();
  });

  test("refuses what makes no sense", async () => {
    await expect(compileFollower(field, { ...spec, steps: 0 })).rejects.toThrow(/steps/);
    await expect(compileFollower(field, { ...spec, base: "nope" })).rejects.toThrow(/nope/);
    await expect(compileFollower(field, { ...spec, inputs: ["x" as "z"] })).rejects.toThrow(/inputs/);
  });
});
