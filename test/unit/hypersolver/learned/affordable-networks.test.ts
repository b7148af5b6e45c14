import { expect, test } from "vitest";
import { constant, matmul } from "../../../../src/graph/index.js";
import { resolveSolver } from "../../../../src/hypersolver/internal.js";
import {
  affordableNetworks,
  networkMacs,
  USUAL_NETWORKS,
} from "../../../../src/hypersolver/learned/affordable-networks.js";
import { defineField, type Field, fieldMacs } from "../../../../src/ode/index.js";
import { fromNumbers } from "../../../../src/tensor/index.js";

/** f(z) = z A B of so many components and as wide within. */
function wideField(components: number, width: number): Field {
  const [into, out] = [
    [components, width],
    [width, components],
  ].map((shape) => constant(fromNumbers(new Float32Array(components * width), shape)));
  return defineField(["batch", components], (_, z) =>
    matmul(matmul(z, into as NonNullable<typeof into>), out as NonNullable<typeof out>),
  );
}

test.each([
  [43, 64, 4],
  [43, 110, 8],
  [63, 200, 4],
  [100, 300, 8],
  [128, 320, 8],
])(
  "networks on %i components and %i units cost less than an evaluation",
  (components, width, evaluations) => {
    const field = wideField(components, width);
    const networks = affordableNetworks(field, evaluations);
    const cost = networkMacs(components, evaluations, networks);
    expect(cost).toBeLessThan(fieldMacs(field));
    expect(networks.every).toBe(evaluations);
    expect(resolveSolver(field, { evaluations })).toMatchObject(networks);
  },
);

test("are the usual ones where components are few, and stand every two evaluations where f is wide", () => {
  expect(affordableNetworks(wideField(2, 8), 8)).toEqual(USUAL_NETWORKS);
  const wide = { every: 2, hidden: [64, 64], mixes: 3, layersAlone: false };
  expect(affordableNetworks(wideField(43, 2000), 8)).toEqual(wide);
});

test("leave what was said, and give it the usual rest", () => {
  const field = wideField(43, 64);
  expect(resolveSolver(field, { evaluations: 4, every: 2 })).toMatchObject({ hidden: [64, 64], mixes: 3 });
  expect(resolveSolver(field, { evaluations: 4, hidden: [9] })).toMatchObject({
    every: 2,
    mixes: 3,
    hidden: [9],
  });
  const others = resolveSolver(field, { evaluations: 4, every: 2, inputs: ["z"] });
  expect(others.hidden).toEqual([64, 64, 64]);
  expect(others.mixes).toBeUndefined();
  expect(resolveSolver(field, { evaluations: 4, layersAlone: false }).layersAlone).toBe(false);
});

test("see as many sums as are affordable, unless they see other things than state and evaluations", () => {
  const field = wideField(128, 320);
  expect(affordableNetworks(field, 4)).toMatchObject({ every: 4, mixes: 2, layersAlone: false });
  expect(affordableNetworks(wideField(43, 320), 4)).toMatchObject({ every: 4, mixes: 4, layersAlone: false });
  expect(affordableNetworks(field, 4, { canMix: false })).toMatchObject({ every: 4, layersAlone: true });
  expect(resolveSolver(field, { evaluations: 4, inputs: ["z", "stages", "s"] }).mixes).toBeUndefined();
  expect(() => resolveSolver(field, { evaluations: 4, mixes: 2, inputs: ["z", "s"] })).toThrow(
    /mixes[\s\S]*z and stages alone[\s\S]*inputs z,s[\s\S]*leave out s, or mixes/,
  );
});
