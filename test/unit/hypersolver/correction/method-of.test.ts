import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod/mini";
import type { HyperOptions } from "../../../../src/hypersolver/correction/hyper.js";
import { methodSpecSchema } from "../../../../src/hypersolver/correction/method-of.js";
import { hyper, parseMethod, rebindCorrection } from "../../../../src/hypersolver/index.js";
import {
  type AnyMethodSpec,
  correctionOf,
  methodOf,
  parseMethodSpec,
} from "../../../../src/hypersolver/internal.js";
import { alpha, type Method, reversible } from "../../../../src/ode/index.js";
import type { Grid } from "../../../../src/ode/internal.js";
import { bases, zeroCorrection } from "../../../helpers/corrections.js";

const corrections = bases.map((base) => zeroCorrection(base));
const files = fc
  .stringMatching(/^[\w ./:@=,-]+\.onnx$/)
  .filter((name) => name.trim() === name && !/^\d+$/.test(name));
const grids: fc.Arbitrary<Grid> = fc.oneof(
  fc.integer({ min: 1, max: 1000 }).map((steps) => ({ steps })),
  fc.constantFrom({ mesh: [0, 0.25, 1] }, { mesh: [1, 1e-7, -2] }),
);
const cases = fc.record({ correction: fc.constantFrom(...corrections), grid: grids, file: files });
const plain = (method: Method): unknown => JSON.parse(JSON.stringify(method));

describe("a corrected method", () => {
  test("is given back by its spelling, with a way to find its correction", () => {
    fc.assert(
      fc.property(cases, ({ correction, grid, file }) => {
        const method = hyper(correction, grid, { file });
        const asked: (string | undefined)[] = [];
        const found = parseMethod(method.text, (name) => {
          asked.push(name);
          return correction;
        });
        expect(plain(found)).toEqual(plain(method));
        expect(asked).toEqual([file]);
      }),
    );
  });

  test("is given back by its spec after JSON, named or not", () => {
    const named = fc.record({
      ...{ correction: fc.constantFrom(...corrections), grid: grids },
      file: fc.option(files),
    });
    fc.assert(
      fc.property(named, ({ correction, grid, file }) => {
        const options: HyperOptions = file === null ? {} : { file };
        const method = hyper(correction, grid, options);
        const spec = z.parse(methodSpecSchema, JSON.parse(JSON.stringify(method.spec)));
        expect(plain(methodOf(spec, () => correction))).toEqual(plain(method));
      }),
    );
  });

  test("takes the base and the steps of its correction where nothing else is said", () => {
    const [, midpointCorrection = zeroCorrection(alpha(1))] = corrections;
    const { text } = parseMethod("hyper:runs/a:b.onnx:2", () => midpointCorrection);
    expect(text).toBe("hyper-midpoint:runs/a:b.onnx:2");
    const card = { steps: 3 } as NonNullable<typeof midpointCorrection.card>;
    expect(parseMethod("hyper:c.onnx", () => ({ ...midpointCorrection, card })).text).toBe(
      "hyper-midpoint:c.onnx:3",
    );
    expect(() => parseMethod("hyper:c.onnx", () => midpointCorrection)).toThrow(/a number of steps/);
  });

  test("takes another base where the spelling names it", () => {
    const correction = zeroCorrection(alpha(0.5));
    const method = parseMethod("hyper-alpha(0.4):c.onnx:2", () => correction);
    expect(plain(method)).toEqual(
      plain(hyper(rebindCorrection(correction, alpha(0.4)), { steps: 2 }, { file: "c.onnx" })),
    );
    expect(parseMethod("hyper-alpha-0.4:c.onnx:2", () => correction).text).toBe(method.text);
    expect(() => parseMethod("hyper-rk4:c.onnx:2", () => correction)).toThrow(/a method like alpha\(0.5\)/);
  });

  test("is given back by spelling and spec as a reversible one too", () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ correction, grid, file }, isInverse) => {
        const method = reversible(hyper(correction, grid, { file }), { coupling: 0.9, isInverse });
        expect(plain(parseMethod(method.text, () => correction))).toEqual(plain(method));
        const spec = z.parse(methodSpecSchema, JSON.parse(JSON.stringify(method.spec)));
        expect(plain(methodOf(spec, () => correction))).toEqual(plain(method));
        expect(correctionOf(method)).toBe(correction);
      }),
    );
  });

  test("is called after its base", () => {
    const titles = corrections.map((correction) => hyper(correction, { steps: 1 }).title);
    expect(titles).toEqual(
      ["Euler", "Midpoint", "Heun", "Ralston", "Alpha(0.3)", "Heun3", "RK4", "Dopri5"].map(
        (base) => `Hyper${base}`,
      ),
    );
  });
});

test("other methods are read as without corrections", () => {
  const specs: AnyMethodSpec[] = ["heun:4", "dopri5@1e-5"].map((text) => parseMethodSpec(text));
  expect(specs.map((spec) => methodOf(spec).text)).toEqual(["heun:4", "dopri5@1e-5"]);
  expect(() => methodOf(parseMethodSpec("hyper:c.onnx:2"))).toThrow(/a way to find it/);
  expect(() => parseMethodSpec("hyper:")).toThrow(/hyper:FILE:STEPS/);
});
