import { beforeAll, describe, expect, test } from "vitest";
import {
  correctionLearner,
  type FitRun,
  type LearnedCorrection,
  runFit,
} from "../../../../src/experiments/index.js";
import {
  decodeCorrection,
  encodeCorrection,
  type FitSpec,
  hyper,
} from "../../../../src/hypersolver/index.js";
import { fitTable } from "../../../../src/hypersolver/internal.js";
import { type ButcherTableau, defineTableau, heun, orThrow, solveField } from "../../../../src/ode/index.js";
import { checkSpec } from "../../../../src/spec/index.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";
import { fitted, pendulum, smallFit, weightsOf } from "../../../helpers/fitting.js";

/** Two stages, order 2, c₂ = 3/5: what alpha(0.6) is, but nobody says so. */
const third: ButcherTableau = defineTableau({
  name: "three-fifths",
  order: 2,
  a: [[], [0.6]],
  b: [1 - 1 / 1.2, 1 / 1.2],
  c: [0, 0.6],
  reference: "a test",
});
const field = pendulum();
const short = { ...smallFit, iterations: 60, heldOut: 50, budget: [2] };
const { states, heldOut, budget, ...spec } = short;

/** Through the text of a file, as `--config` reads it. */
const fromFile = (given: FitSpec): FitSpec => checkSpec(fitTable, JSON.parse(JSON.stringify(given)));

describe("a fit of a method that only its caller knows", () => {
  test("is that of the same coefficients under the name of a library's, draw by draw", async () => {
    const own = await fitted(field, { ...spec, states, base: third });
    const named = await fitted(field, { ...spec, states, base: "alpha(0.6)" });
    expect(weightsOf(own)).toEqual(weightsOf(named));
    expect(own.correction.base).toEqual(third);
  });

  test("is repeated by the spec that it tells, written and read", async () => {
    const own = await fitted(field, { ...spec, states, base: third });
    const again = await fitted(field, { ...fromFile(own.spec), states });
    expect(again.spec).toEqual(own.spec);
    expect(weightsOf(again)).toEqual(weightsOf(own));
  });

  test("of a method of the library by its coefficients is one by its name", async () => {
    const { correction, spec: told } = await fitted(field, { ...spec, states, base: heun });
    expect([correction.base, told.base]).toEqual([heun, "heun"]);
  });

  test.each<[string, object, object]>([
    ["a name of the library", { name: "heun" }, { code: "INVALID_ARGUMENT", facts: { what: "base.name" } }],
    ["an alias of the library", { name: "rk2" }, { code: "INVALID_ARGUMENT", facts: { what: "base.name" } }],
    ["weights of another order", { b: [0.5, 0.5] }, { code: "INVALID_TABLEAU" }],
    ["a member that is none", { weights: [] }, { code: "INVALID_ARGUMENT", facts: { what: "base.weights" } }],
    ["no nodes", { c: undefined }, { code: "INVALID_ARGUMENT" }],
  ])("is refused with %s", async (_, wrong, error) => {
    const base = { ...third, ...wrong } as ButcherTableau;
    await expect(fitted(field, { ...spec, states, base })).rejects.toMatchObject(error);
  });
});

describe("its correction", () => {
  let run: FitRun<LearnedCorrection>;
  let content: Uint8Array;
  beforeAll(async () => {
    const request = { field, states, title: "own", command: "a test", heldOut, budget, figures: false };
    run = await runFit({ ...request, learner: correctionLearner({ ...spec, base: third }) });
    content = encodeCorrection(run.learned.correction, run.card);
  });

  test("comes out of its file with its base, and solves as before", async () => {
    const read = decodeCorrection(content, "correction.onnx");
    expect(read.base).toEqual(third);
    expect(read.card.base).toBe("three-fifths");
    const z0 = fromNumbers([0.5, -0.2], [1, 2]);
    const end = async (correction: typeof read | typeof run.learned.correction) =>
      toFloat64(
        orThrow(
          await solveField(field, z0, { method: hyper(correction, { steps: 1 }), span: [0, 1.5] }),
        ).states.at(-1) ?? z0,
      );
    expect(await end(read)).toEqual(await end(run.learned.correction));
  });

  test("is compared with its own base", () => {
    expect(run.metrics.comparison.filter(({ role }) => role === "base").length).toBeGreaterThan(0);
    expect(run.card.measured.length).toBeGreaterThan(0);
  });

  test("without coefficients, or with wrong ones, says what is missing", () => {
    const damaged = (change: object) => () =>
      decodeCorrection(encodeCorrection(run.learned.correction, { ...run.card, ...change }), "file");
    for (const change of [{ tableau: undefined }, { tableau: { ...third, b: [0.5, 0.5] } }, { order: 3 }])
      expect(damaged(change)).toThrow(expect.objectContaining({ code: "CARD_MISMATCH" }));
  });
});
