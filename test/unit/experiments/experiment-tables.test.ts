import { describe, expect, test } from "vitest";
import { experimentNamed, experiments } from "../../../src/experiments/index.js";
import { presetNames } from "../../../src/experiments/specs.js";
import { changedSpec } from "../../../src/spec/internal.js";

describe.each(Object.values(experiments).map((experiment) => [experiment.name, experiment] as const))(
  "%s",
  (_, { table, presets: own, specOf }) => {
    test.each(presetNames)("says by its table what %s spends", (preset) => {
      // Its own spec is checked as the whole that comes out of changes is.
      expect(specOf(preset, { ...own[preset] })).toEqual(own[preset]);
      expect(JSON.parse(JSON.stringify(own[preset]))).toEqual(own[preset]);
      expect(specOf(preset)).toBe(own[preset]);
      expect(Object.keys(own[preset]).filter((name) => table[name] === undefined)).toEqual([]);
    });
  },
);

describe("changes of a spec", () => {
  const of = (name: string, changes: Record<string, unknown>) => () =>
    experimentNamed(name).specOf("smoke", changes);

  test("reach into records, replace lists, and leave the rest", () => {
    const { smoke } = experimentNamed("cnf").presets as { readonly smoke: { fit: object; network: object } };
    expect(of("cnf", { fit: { iterations: 7 }, network: { hidden: [3] }, heldOut: 10 })()).toEqual({
      ...smoke,
      fit: { ...smoke.fit, iterations: 7 },
      network: { ...smoke.network, hidden: [3] },
      heldOut: 10,
    });
  });

  test.each<[string, string, Record<string, unknown>, string, string | undefined]>([
    [
      "a name that is near one",
      "cnf",
      { fit: { iteration: 1 } },
      "spec.fit.iteration",
      "did you mean iterations?",
    ],
    ["a name of nothing", "theory", { point: 1 }, "spec.point", "did you mean points?"],
    ["what the run decides", "ffjord", { seed: 1 }, "spec.seed", undefined],
    ["what the experiment decides", "cnf", { fit: { base: "heun" } }, "spec.fit.base", undefined],
    ["a value out of its range", "mnist", { training: { batch: 0 } }, "spec.training.batch", undefined],
    [
      "a phase without length",
      "cnf",
      { phases: [{ objective: "flow-matching" }] },
      "spec.phases[0].iterations",
      undefined,
    ],
    [
      "half of what was not there",
      "mnist",
      { refinement: { batch: 8 } },
      "spec.refinement.iterations",
      undefined,
    ],
  ])("are refused with %s", (_, name, changes, what, help) => {
    const facts = expect.objectContaining({ what, ...(help !== undefined && { help }) });
    expect(of(name, changes)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT", facts }));
  });

  test("take other names for the same, and null where that turns something off", () => {
    const { table, presets: own } = experimentNamed("mnist");
    const before = { training: { iterations: 1, learningRate: 1, averageDecay: 0.5 } };
    const whole = { ...own.smoke, ...before };
    const changed = changedSpec(table, whole, { training: { lr: 2, averageDecay: null } });
    expect(changed.training).toEqual({ iterations: 1, learningRate: 2, averageDecay: null });
  });
});
