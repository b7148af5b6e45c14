import { expect, test } from "vitest";
import { adam, adamw } from "../../../src/optim/index.js";
import { decodeSafetensors, encodeSafetensors, item, type Tensor } from "../../../src/tensor/index.js";
import { regression, train, x } from "./regression.js";

test("restore continues bit by bit, through a file", async () => {
  const options = { averageDecay: 0.9, clipNorm: 1 };
  const [one, two] = [await regression(adamw(), options), await regression(adamw(), options)];
  await train(one, 7, 0.01);
  const file = encodeSafetensors(one.state());
  await train(one, 5, 0.01);
  two.restore(decodeSafetensors(file).tensors);
  expect(two.iteration).toBe(7);
  await train(two, 5, 0.01);
  expect(two.state()).toEqual(one.state());
  expect(Object.keys(two.state())).toEqual([
    ...["parameters", "m", "v", "average"].flatMap((row) => [`${row}.weight`, `${row}.bias`]),
    "iteration",
  ]);
  await Promise.all([one.dispose(), two.dispose()]);
});

test("restore refuses what is of another training", async () => {
  const training = await regression(adam());
  const { iteration, ...state } = training.state();
  expect(() => training.restore(state)).toThrow(/no iteration/);
  expect(() => training.restore({ ...training.state(), "velocity.bias": x })).toThrow(/velocity\.bias/);
  expect(() => training.restore({ ...training.state(), "m.bias": x })).toThrow(/Shapes do not fit/);
  const { "v.bias": _, ...incomplete } = training.state();
  expect(() => training.restore(incomplete)).toThrow(/missing bias/);
  expect(item(iteration as Tensor)).toBe(0);
  await training.dispose();
});
