import { expect, test } from "vitest";
import { labelsOf, pointLabel } from "../../../../src/experiments/kit/competitor.js";
import { parseMethod } from "../../../../src/hypersolver/index.js";
import { type Method, nonStationary } from "../../../../src/ode/index.js";

const euler = { times: [0], rows: [{ from: 0, scale: 1, weights: [1] }] };

test.each<[string, Method, string]>([
  ["equal steps", parseMethod("heun:4"), "K = 4"],
  ["step control", parseMethod("dopri5@1e-3"), "tolerance 1e-3"],
  [
    "learned coefficients of one span, which have no steps to choose",
    nonStationary(euler, { mesh: [0, 1] }),
    "n = 8",
  ],
])("a method's setting is named in pictures: %s", (_, method, label) => {
  expect(pointLabel({ ...labelsOf({ method, role: "other" }), nfe: 8, macs: 4000 })).toBe(label);
});
