import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod/mini";
import {
  adaptive,
  alpha,
  defineTableau,
  dopri5,
  fixed,
  heun,
  type Method,
  proportionalIntegralController,
  reversible,
  tableaus,
} from "../../../../src/ode/index.js";
import {
  parseTableauMethod,
  resolveMethod,
  splitMethods,
  tableauMethodOf,
  tableauMethodSchema,
} from "../../../../src/ode/internal.js";
import type { StepControl } from "../../../../src/ode/step-control/step-control.js";
import { controllerOf } from "../../../../src/ode/step-control/step-controller.js";
import { adaptiveTableaus } from "../../../helpers/tableaus.js";

const finite = { noNaN: true, noDefaultInfinity: true } as const;
const positive = fc.double({ min: 1e-300, max: 1e300, ...finite });
const counts = fc.integer({ min: 1, max: 1_000_000 });
const anyTableau = fc.oneof(
  fc.constantFrom(...Object.values(tableaus)),
  fc.double({ min: 1e-3, max: 1, ...finite }).map(alpha),
);
const grids = fc.oneof(
  counts.map((steps) => ({ steps })),
  fc
    // 0 and −0 are one point.
    .uniqueArray(
      fc.double({ min: -1e9, max: 1e9, ...finite }).map((point) => point + 0),
      { minLength: 2, maxLength: 6 },
    )
    .chain((points) => {
      const mesh = points.toSorted((a, b) => a - b);
      return fc.constantFrom({ mesh }, { mesh: [...mesh].reverse() });
    }),
);
const controllers = fc
  .record(
    {
      kind: fc.constantFrom("integral" as const, "proportional-integral" as const),
      safety: positive,
      maxFactor: positive,
      minFactor: positive,
    },
    { requiredKeys: ["kind"] },
  )
  .map(controllerOf);
const controls: fc.Arbitrary<StepControl> = fc.record(
  {
    rtol: positive,
    atol: positive,
    stepController: controllers,
    maxSteps: counts,
    firstStep: positive,
    maxStep: positive,
    lastStep: fc.constantFrom("clip" as const, "overshoot" as const),
    reuseLastStage: fc.boolean(),
    toleranceColumns: counts,
  },
  { requiredKeys: ["rtol", "atol"] },
);
const inSteps = fc.tuple(anyTableau, grids).map(([tableau, grid]) => fixed(tableau, grid));
const reversibles = fc
  .record({
    base: inSteps,
    coupling: fc.option(fc.double({ min: 1e-9, max: 1, ...finite }), { nil: undefined }),
    isInverse: fc.boolean(),
  })
  .map(({ base, ...options }) => reversible(base, options));
const methods: fc.Arbitrary<Method> = fc.oneof(
  inSteps,
  reversibles,
  fc.tuple(fc.constantFrom(...adaptiveTableaus), controls).map(([pair, control]) => adaptive(pair, control)),
);

/** Functions aside, what a method is. */
const plain = (method: Method): unknown => JSON.parse(JSON.stringify(method));

describe("a spelling gives its method back", () => {
  test("whatever the method", () => {
    fc.assert(
      fc.property(methods, (method) => {
        expect(plain(resolveMethod(method.text))).toEqual(plain(method));
      }),
    );
  });

  test("and without other characters than a shell leaves alone, but for alpha(…)", () => {
    fc.assert(
      fc.property(methods, ({ text }) => {
        expect(text.replace(/(^|-)alpha\([^)]*\)/, "$1")).toMatch(/^[\w:@=,./+-]*$/);
      }),
    );
    expect(resolveMethod("alpha-0.4:2").text).toBe("alpha(0.4):2");
  });

  test("also out of a list", () => {
    const several = fc.array(methods, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(several, (list) => {
        const texts = list.map(({ text }) => text);
        expect(splitMethods(texts.join(","))).toEqual(texts);
      }),
    );
    expect(splitMethods("heun:4, dopri5@1e-5,dopri5@rtol=1e-5,atol=1e-7,rk4:1")).toHaveLength(4);
  });

  test("in the words of the field", () => {
    expect(fixed(heun, { steps: 4 }).text).toBe("heun:4");
    expect(fixed(heun, { mesh: [0, 0.25, 1] }).text).toBe("heun:0/0.25/1");
    expect(adaptive(dopri5, { rtol: 1e-5, atol: 1e-5 }).text).toBe("dopri5@1e-5");
    expect(adaptive(dopri5).text).toBe("dopri5@rtol=1e-7,atol=1e-9");
    const pi = adaptive(dopri5, {
      rtol: 1e-3,
      atol: 1e-3,
      maxSteps: 500,
      stepController: proportionalIntegralController({ safety: 0.8 }),
    });
    expect(pi.text).toBe("dopri5@1e-3,maxSteps=500,stepController=proportional-integral,safety=0.8");
    expect(resolveMethod("ode45", { rtol: 1e-4, atol: 1e-4 }).text).toBe("dopri5@1e-4");
    expect(resolveMethod("dopri5@atol=1e-4").text).toBe("dopri5@rtol=1e-7,atol=1e-4");
    expect(resolveMethod(undefined).text).toBe(adaptive(dopri5).text);
    const back = reversible(fixed(heun, { steps: 4 }), { coupling: 0.9 }).inverse();
    expect(back.text).toBe("inverse-reversible-0.9-heun:4");
    expect([back.name, back.title]).toEqual(["inverse-reversible-0.9-heun", "Inverse of reversible Heun"]);
  });
});

describe("a spec gives its method back after JSON", () => {
  test("whatever the method", () => {
    fc.assert(
      fc.property(methods, (method) => {
        const spec = z.parse(tableauMethodSchema, JSON.parse(JSON.stringify(method.spec)));
        expect(plain(tableauMethodOf(spec))).toEqual(plain(method));
      }),
    );
  });

  test.each(Object.values(tableaus))("$name by its name", (tableau) => {
    expect(fixed(tableau, { steps: 2 }).spec).toEqual({
      kind: "fixed",
      tableau: tableau.name,
      grid: { steps: 2 },
    });
  });

  test("a tableau of somebody's own by its coefficients, even under the name of another", () => {
    const own = defineTableau({ ...heun, name: "mine", title: "Mine", b: [0.5, 0.5] });
    const impostor = defineTableau({ ...alpha(0.7), name: "heun" });
    for (const tableau of [own, impostor]) {
      const spec = z.parse(
        tableauMethodSchema,
        JSON.parse(JSON.stringify(fixed(tableau, { steps: 1 }).spec)),
      );
      expect(tableauMethodOf(spec).tableau).toEqual(tableau);
    }
  });

  test("but functions of somebody's own cannot be written", () => {
    const method = adaptive(dopri5, { norm: (scaled) => Math.max(...scaled) });
    expect(() => tableauMethodOf(method.spec)).toThrow(/a custom norm/);
    const custom = { ...proportionalIntegralController(), spec: undefined };
    const { spec: _, ...controller } = custom;
    expect(() => tableauMethodOf(adaptive(dopri5, { stepController: controller }).spec)).toThrow(
      /a custom step controller/,
    );
  });
});

test.each([
  ["", /the name of a method first/],
  [":4", /the name of a method first/],
  ["heun:", /a number of steps after the colon/],
  ["heun:4.5", /a number of steps after the colon/],
  ["heun:0/x", /mesh points between slashes/],
  ["heun:0", /a positive integer/],
  ["heun:0/1/0.5", /strictly increasing/],
  ["heun", /heun, which has none, and no steps/],
  ["heun@1e-5", /heun, which has none, and no steps/],
  ["nosuch:4", /one of euler/],
  ["alpha(2):4", /a number in \(0, 1\]/],
  ["dopri5@", /a tolerance, at least 0, after the @/],
  ["dopri5@x", /a tolerance, at least 0, after the @/],
  ["dopri5@rtol=", /a number after rtol=/],
  ["dopri5@1e-5,1e-7", /NAME=VALUE after the tolerance/],
  ["dopri5@rtol=1e-5,rtol=1e-6", /rtol once/],
  ["dopri5@1e-5,steps=4", /one of rtol, atol/],
  ["dopri5@1e-5,lastStep=early", /lastStep=clip or overshoot/],
  ["dopri5@-1", /a tolerance, at least 0, after the @/],
  ["reversible-dopri5@1e-5", /repeats one step, in so many steps/],
  ["reversible-ab2:4", /repeats one step, in so many steps/],
  ["reversible-reversible-heun:4", /repeats one step, in so many steps/],
  ["reversible-2-heun:4", /above 0 and at most 1/],
  ["reversible-", /the name of a method first/],
  ["hyper:c.onnx:2", /whose file has to be read first/],
])("%j is refused", (text, message) => {
  expect(() => resolveMethod(text)).toThrow(message);
});

test("tolerances that a text does not say come from its reader", () => {
  expect(parseTableauMethod("bosh3", { rtol: 1e-2, atol: 1e-3 })).toEqual({
    kind: "adaptive",
    tableau: "bosh3",
    rtol: 1e-2,
    atol: 1e-3,
  });
});
