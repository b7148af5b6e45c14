// @ts-check
/** Seeded networks and states that both sides are given. */
import { initialize, mlp } from "../../dist/nn/index.js";
import { defineField } from "../../dist/ode/index.js";
import { draw, fromNumbers, Random, tensor, toFloat64 } from "../../dist/tensor/index.js";

/** @typedef {import("../../dist/tensor/index.js").Tensor} Tensor */

/** The field of all subjects: 2 numbers in, three hidden layers of 128, 2 numbers out. */
export const fieldSizes = [2, 128, 128, 128, 2];

/**
 * @param {"tanh" | "softplus"} activation
 * @param {number} gain factor on PyTorch's default first values: the higher, the stiffer
 */
export function network(activation, gain, seed = 1) {
  const module = mlp({ sizes: fieldSizes, activation });
  const parameters = Object.fromEntries(
    Object.entries(initialize(module, new Random(seed))).map(([name, value]) => [name, scaled(value, gain)]),
  );
  const field = defineField(["batch", 2], (_s, z, nodes) => module.apply(nodes, z), { parameters });
  return { module, parameters, field };
}

/** @param {Tensor} value @param {number} factor */
const scaled = (value, factor) =>
  fromNumbers(
    toFloat64(value).map((x) => x * factor),
    value.shape,
  );

/** Standard normal rows. @param {number} rows @param {number} columns */
export function normalStates(rows, columns, seed = 2) {
  const random = new Random(seed);
  return tensor(
    "float32",
    [rows, columns],
    draw(rows * columns, () => random.normal()),
  );
}
