import { describe, expect, test } from "vitest";
import { evaluateGraph, type InputSpec, inline, mul, type Node, trace } from "../../../../src/graph/index.js";
import { type Correction, type FitSpec, fitCorrection } from "../../../../src/hypersolver/index.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { decays } from "../../../helpers/decay-family.js";

const context = { threads: 1 };
const family = decays();
const member = family.member({ rate: 0.9 });
const spec: FitSpec = {
  ...{
    base: "heun",
    steps: 1,
    span: [0, 1],
    iterations: 60,
    trajectories: 64,
    hidden: [8],
    batch: 32,
    seed: 0,
  },
  ...{ epsilon: null, inputs: ["z", "stages", "epsilon", "x"] },
};
const whole = (await fitCorrection(family.field, spec, { states: family.states }, context)).correction;

/** g at a few inputs of the size of the data. */
function g({ graph, parameters }: Correction): Float64Array {
  const random = new Random(4);
  const inputs = Object.keys(graph.inputs)
    .filter((name) => !Object.hasOwn(parameters, name))
    .map((name): [string, Tensor] => [
      name,
      fromNumbers(
        Float64Array.from({ length: 5 }, () => random.normal()),
        [5, 1],
      ),
    ]);
  return toFloat64(evaluateGraph(graph, { ...Object.fromEntries(inputs), ...parameters }).g as Tensor);
}

const inputsOf = ({ graph }: Correction): Record<string, InputSpec> =>
  Object.fromEntries(
    Object.entries(graph.inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  );

/** A fit that moves nothing. */
const still = { ...spec, iterations: 1, learningRate: 0, finalLearningRate: 0 };

describe("a fit that begins with a correction", () => {
  test("begins with its numbers, brought into the scale of the new data and back", async () => {
    const { correction } = await fitCorrection(
      family.field,
      still,
      { states: member, initial: whole },
      context,
    );
    expect(relativeDifference(g(correction), g(whole))).toBeLessThan(1e-5);
    expect(correction.card).toBeUndefined();
  });

  test("does better on a member in a few iterations than the family's correction and than a fit alone", async () => {
    const few = { ...spec, iterations: 20, learningRate: 0.003 };
    const adapted = await fitCorrection(family.field, few, { states: member, initial: whole }, context);
    const alone = await fitCorrection(
      family.field,
      { ...few, learningRate: 0.03 },
      { states: member },
      context,
    );
    const begun = await fitCorrection(family.field, still, { states: member, initial: whole }, context);
    expect(adapted.bestError).toBeLessThan(0.8 * begun.bestError);
    expect(adapted.bestError).toBeLessThan(0.5 * alone.bestError);
  });

  test("trains any other graph as it is", async () => {
    const start = {
      ...whole,
      graph: trace(inputsOf(whole), (nodes) => ({ g: mul(inline(whole.graph, nodes).g as Node, 2) })),
    };
    const { correction } = await fitCorrection(
      family.field,
      still,
      { states: member, initial: start },
      context,
    );
    expect(correction.graph).toBe(start.graph);
    expect(g(correction)).toEqual(g(start));
  });

  test.each([
    ["base", { base: "midpoint" }],
    ["inputs", { inputs: ["z", "stages", "epsilon"] }],
  ] as const)("refuses one of another %s", async (_, change) => {
    const fit = fitCorrection(
      family.field,
      { ...spec, ...change },
      { states: member, initial: whole },
      context,
    );
    await expect(fit).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        facts: expect.objectContaining({ what: "initial correction" }),
      }),
    );
  });

  test("is not continued from a checkpoint of one that began elsewhere", async () => {
    const kept: Checkpoint[] = [];
    const few = { ...spec, iterations: 3 };
    const onCheckpoint = (one: Checkpoint): void => void kept.push(one);
    await fitCorrection(family.field, few, { states: member, initial: whole, onCheckpoint }, context);
    const other = fitCorrection(family.field, few, { states: member, checkpoint: kept[0] }, context);
    await expect(other).rejects.toThrow(/one of the same training/);
  });
});
