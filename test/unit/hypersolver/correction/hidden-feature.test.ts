import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { importOnnx, mul, tanh } from "../../../../src/graph/index.js";
import { hiddenFeature } from "../../../../src/hypersolver/internal.js";
import { decodeFlow } from "../../../../src/models/index.js";
import { defineField, fieldOfModel } from "../../../../src/ode/index.js";

test("is what the last product multiplies, behind bounds and biases too", () => {
  const field = fieldOfModel(importOnnx(readFileSync("pretrained/ffjord_gaussians_field.onnx"), "field"));
  // Four linear layers with Softplus, Softplus, Softplus and Tanh between: the Tanh is the last hidden layer.
  expect(hiddenFeature(field)).toBe("/7/Tanh_output_0");
  const flow = decodeFlow(readFileSync("pretrained/flows/rings/flow.onnx"), "flow");
  const name = hiddenFeature(flow.field) ?? "";
  expect(flow.field.features[name]?.shape).toEqual(["batch", 128]);
});

test("is nothing where the field multiplies no matrices, or names nothing", () => {
  const field = defineField(["batch", 2], (_s, z) => mul(tanh(z), 2));
  expect(hiddenFeature(field)).toBeUndefined();
});
