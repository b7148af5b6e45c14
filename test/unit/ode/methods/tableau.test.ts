import { describe, expect, test } from "vitest";
import {
  adaptiveHeun,
  alpha,
  bosh3,
  defineTableau,
  dopri5,
  dopri8,
  euler,
  fehlberg2,
  heun,
  midpoint,
  ralston,
  rk4,
  rk4ThreeEighths,
  tableauNamed,
  tableaus,
  tsit5,
} from "../../../../src/ode/index.js";
import { isAdaptive, withoutErrorControl } from "../../../../src/ode/internal.js";
import { plainAlgebra } from "../../../../src/ode/methods/algebra.js";
import { linearTableau } from "../../../../src/ode/methods/linear-method.js";
import { embeddedStep } from "../../../../src/ode/methods/runge-kutta.js";
import { plainStepper } from "../../../../src/ode/plain/plain-stepper.js";
import { isHypersolversError } from "../../../../src/tensor/index.js";
import { endOf } from "../../../helpers/steps.js";

const reference = "made up";

function violation(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (isHypersolversError(error, "INVALID_TABLEAU")) return error.facts.received ?? "";
    throw error;
  }
  return "none";
}

describe("defineTableau", () => {
  test.each([
    [
      "swapped b and c (as in released code)",
      { a: [[], [1]], b: [0, 1], c: [1 / 2, 1 / 2] },
      "row 0 of a sums to 0",
    ],
    ["a row sum unlike c", { a: [[], [1 / 2]], b: [0, 1], c: [0, 1 / 3] }, "row 1 of a sums to 0.5"],
    ["weights that do not sum to 1", { a: [[], [1 / 2]], b: [0, 0.9], c: [0, 1 / 2] }, "Σ b = 0.9"],
    ["an order it does not have", { a: [[], [1]], b: [1, 0], c: [0, 1] }, "Σ b c = 0 instead of 0.5"],
    ["an implicit row", { a: [[1]], b: [1], c: [1] }, "row 0 of a has 1 entries"],
    ["too few weights", { a: [[], [1]], b: [1], c: [0, 1] }, "1 weights in b for 2 nodes"],
    ["no stages", { a: [], b: [], c: [] }, "no stages"],
  ])("refuses %s", (_, coefficients, expected) => {
    expect(violation(() => defineTableau({ name: "wrong", order: 2, reference, ...coefficients }))).toContain(
      expected,
    );
  });

  test.each([
    ["an error that does not sum to 0", { bError: [1 / 2, 1 / 2] }, "bError sums to 1"],
    ["embedded weights below their order", { embeddedOrder: 2 }, "embedded weights: Σ b c"],
    ["a middle that is not in the middle", { bMid: [1, 0] }, "bMid has 2 weights that sum to 1"],
    ["error weights of another length", { bError: [0] }, "1 weights in bError"],
  ])("refuses a pair with %s", (_, change, expected) => {
    expect(violation(() => defineTableau({ ...adaptiveHeun, ...change }))).toContain(expected);
  });

  test("refuses to reuse a last stage that is not at the end of the step", () => {
    const spec = { ...ralston, bError: [1 / 4, -1 / 4], embeddedOrder: 1, reuseLastStage: true };
    expect(violation(() => defineTableau(spec))).toContain("not reusable");
  });

  test("freezes everything", () => {
    expect(Object.isFrozen(dopri5)).toBe(true);
    expect(
      [dopri5.a, dopri5.a[3], dopri5.b, dopri5.c, dopri5.bError, dopri5.bMid].every(Object.isFrozen),
    ).toBe(true);
  });

  test.each([
    [euler, 1, false],
    [heun, 2, false],
    [bosh3, 4, true],
    [rk4, 4, false],
    [dopri5, 7, true],
    [tsit5, 7, true],
    [dopri8, 14, true],
    [adaptiveHeun, 2, false],
    [fehlberg2, 3, false],
  ] as const)("derives stages and FSAL: $name", (tableau, stages, fsal) => {
    expect(tableau.stages).toBe(stages);
    expect(tableau.fsal).toBe(fsal);
  });

  test("b̂ of dopri5 is Shampine's, of tsit5 ends in 1/66", () => {
    expect((dopri5.b[0] ?? 0) - (dopri5.bError[0] ?? 0)).toBeCloseTo(1951 / 21600, 15);
    expect((tsit5.b[6] ?? 0) - (tsit5.bError[6] ?? 0)).toBeCloseTo(1 / 66, 15);
  });
});

describe("the alpha family", () => {
  test("contains midpoint, Ralston and Heun", () => {
    const members = [
      [1 / 2, midpoint],
      [2 / 3, ralston],
      [1, heun],
    ] as const;
    for (const [parameter, member] of members) {
      const { a, b, c } = alpha(parameter);
      expect(c).toEqual(member.c);
      expect(a).toEqual(member.a);
      b.forEach((weight, i) => {
        expect(weight).toBeCloseTo(member.b[i] ?? Number.NaN, 15);
      });
    }
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses alpha = %s", (parameter) => {
    expect(() => alpha(parameter)).toThrow("a number in (0, 1]");
  });
});

describe("the registry", () => {
  test("finds names and aliases", () => {
    expect(tableauNamed("rk4")).toBe(rk4);
    expect(tableauNamed("kutta_38")).toBe(rk4ThreeEighths);
    expect(tableauNamed("heun2")).toBe(heun);
  });

  test("names are unique", () => {
    const names = Object.values(tableaus).flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("lists the known names for an unknown one", () => {
    expect(() => tableauNamed("rk45")).toThrow(/euler, midpoint, heun.*dopri8/);
    expect(() => tableauNamed("toString")).toThrow(/one of euler/);
  });
});

describe("capabilities are types", () => {
  const field = (_: number, y: Float64Array) => y;

  test("a tableau without error estimate cannot be stepped adaptively", () => {
    // @ts-expect-error rk4 has no embedded pair
    const make = () => plainStepper(rk4, field, { rtol: 1e-3, atol: 1e-3 });
    // @ts-expect-error heun has none either
    const step = () => embeddedStep(heun, field, plainAlgebra, { s: 0, dt: 1, y: Float64Array.of(1) });
    expect([typeof make, typeof step]).toEqual(["function", "function"]);
    expect("bError" in rk4).toBe(false);
    expect(isAdaptive(rk4)).toBe(false);
    expect(isAdaptive(adaptiveHeun)).toBe(true);
  });

  test("without error control an FSAL tableau loses one stage and nothing else", () => {
    const { stages, fsal, order } = withoutErrorControl(dopri5);
    expect({ stages, fsal, order }).toEqual({ stages: 6, fsal: false, order: 5 });
    expect(withoutErrorControl(rk4)).toBe(rk4);
    const steps = [{ s: 0, dt: 0.5 }];
    const y1 = endOf(linearTableau(dopri5), field, steps, Float64Array.of(1));
    const pair = embeddedStep(dopri5, field, plainAlgebra, { s: 0, dt: 0.5, y: Float64Array.of(1) });
    expect(y1).toEqual(pair.y1);
  });
});
