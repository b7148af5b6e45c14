import { describe, expect, test } from "vitest";
import {
  add,
  concat,
  div,
  evaluateGraph,
  gradient,
  inline,
  mean,
  mul,
  type NamedNodes,
  type Node,
  neg,
  slice,
  square,
  trace,
  withFloat,
} from "../../../../src/graph/index.js";
import { coefficientNetwork, stageCorrection } from "../../../../src/hypersolver/family/stage-network.js";
import {
  fitCorrection,
  fitShared,
  hyper,
  measureMethod,
  normalStates,
  type SharedProblem,
} from "../../../../src/hypersolver/index.js";
import { referenceEnds } from "../../../../src/hypersolver/internal.js";
import { euler, type Field, fixed, heun3, tableauNamed } from "../../../../src/ode/index.js";
import { makeField } from "../../../../src/ode/internal.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";

const context = { threads: 1 };
const options = { hidden: [6], activation: "tanh" } as const;

/** Weights away from zero, float64. */
function weights(base: typeof heun3): Record<string, Tensor> {
  const random = new Random(5);
  return Object.fromEntries(
    Object.entries(coefficientNetwork(base, options).parameters).map(([name, { shape }]) => [
      name,
      fromNumbers(
        Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
        shape,
        "float64",
      ),
    ]),
  );
}

type Rows = readonly (readonly number[])[];
const matrix = (rows: Rows): Tensor =>
  fromNumbers(rows.flat(), [rows.length, rows[0]?.length ?? 0], "float64");

/** g of stages and step sizes. */
function g(stages: readonly Rows[], epsilon: readonly number[]): Float64Array {
  const width = stages[0]?.[0]?.length ?? 0;
  const { graph } = stageCorrection(heun3, options, ["batch", width], {});
  const feeds = Object.fromEntries(stages.map((rows, i) => [`k${i}`, matrix(rows)]));
  const out = evaluateGraph(withFloat(graph, "float64"), {
    ...feeds,
    epsilon: matrix(epsilon.map((value) => [value])),
    ...weights(heun3),
  });
  return toFloat64(out.g as Tensor);
}

const stages: readonly Rows[] = [[[1, 0.5]], [[0.8, 0.9]], [[0.7, 1.1]]];
const mapped = (f: (row: readonly number[]) => number[]): Rows[] => stages.map((rows) => rows.map(f));

describe("a correction that sees stages alone", () => {
  test("turns with the state", () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const turn = ([x = 0, y = 0]: ArrayLike<number> & Iterable<number>): number[] => [
      c * x - s * y,
      s * x + c * y,
    ];
    expect(
      relativeDifference(
        g(
          mapped((row) => turn([...row])),
          [0.3],
        ),
        turn(g(stages, [0.3])),
      ),
    ).toBeLessThan(1e-6);
  });

  test("is of the state's size and of the power of ε that the order asks for", () => {
    const twice = g(
      mapped((row) => row.map((k) => 2 * k)),
      [0.3],
    );
    expect(
      relativeDifference(
        twice,
        g(stages, [0.3]).map((x) => 2 * x),
      ),
    ).toBeLessThan(1e-6);
    // The same stages in half the time: ε^(p+1) g halves.
    const half = g(stages, [0.15]).map((x) => x * 0.15 ** 4);
    expect(
      relativeDifference(
        half.map((x) => 1e4 * x),
        g(stages, [0.3]).map((x) => (1e4 * x * 0.3 ** 4) / 2),
      ),
    ).toBeLessThan(1e-9);
  });

  test("gives wider states what it gives narrow ones in a plane of theirs", () => {
    const wide = mapped(([x = 0, y = 0]) => [0, x, 0, y, 0]);
    const [a = 0, b = 0] = g(stages, [0.3]);
    expect(relativeDifference(g(wide, [0.3]), [0, a, 0, b, 0])).toBeLessThan(1e-12);
  });

  test("has the gradients of its finite differences", () => {
    const correction = stageCorrection(heun3, options, ["batch", 2], {});
    const graph = withFloat(correction.graph, "float64");
    const own = weights(heun3);
    const inputs = Object.fromEntries(
      Object.entries(graph.inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
    );
    const names = Object.keys(own);
    const program = trace(inputs, (nodes: NamedNodes) => {
      const loss = mean(square(inlineG(graph, nodes)));
      const found = gradient(
        loss,
        names.map((name) => nodes[name] as Node),
      );
      return { loss, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, found[i] as Node])) };
    });
    const data = {
      k0: matrix([
        [1, 0.5],
        [0.1, -2],
      ]),
      k1: matrix([
        [0.8, 0.9],
        [0.3, -1],
      ]),
      k2: matrix([
        [0.7, 1.1],
        [0, -1.5],
      ]),
      epsilon: matrix([[0.3], [0.2]]),
    };
    const at = (parameters: Record<string, Tensor>) => evaluateGraph(program, { ...data, ...parameters });
    const h = 1e-6;
    for (const name of names) {
      const { shape, data: values } = own[name] as Tensor;
      const moved = (by: number): number => {
        const next = Float64Array.from(values as Float64Array);
        next[0] = (next[0] ?? 0) + by;
        return toFloat64(at({ ...own, [name]: fromNumbers(next, shape, "float64") }).loss as Tensor)[0] ?? 0;
      };
      const difference = (moved(h) - moved(-h)) / (2 * h);
      const exact = toFloat64(at(own)[`d ${name}`] as Tensor)[0] ?? Number.NaN;
      expect(Math.abs(exact - difference)).toBeLessThan(1e-5 * Math.max(1, Math.abs(difference)));
    }
  });
});

const inlineG = (graph: ReturnType<typeof withFloat>, nodes: NamedNodes): Node =>
  inline(graph, nodes).g as Node;

/** z' = ω (−y, x)/(1 + q x²): turning, at a speed that depends on the place where q is not zero. */
function turning(omega: number, q: number, width = 2): Field {
  const graph = trace({ z: { shape: ["batch", width] } }, ({ z }) => {
    const [x, y] = [slice(z, 1, 0, 1), slice(z, 1, 1, 2)];
    const turned = concat([neg(y), x, ...(width > 2 ? [slice(z, 1, 2, width)] : [])], 1);
    return { dz: mul(mul(turned, omega), div(1, add(mul(square(x), q), 1))) };
  });
  return makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
}

const problem = (name: string, field: Field, width = 2): SharedProblem => ({
  ...{ name, field, states: normalStates([width]), span: [0, 1], steps: 2 },
});

describe("one correction for several fields", () => {
  const problems = [problem("slow", turning(1, 0)), problem("wide", turning(1.5, 0, 3), 3)];
  const spec = {
    base: "heun3",
    iterations: 150,
    trajectories: 128,
    hidden: [16],
    batch: 64,
    seed: 0,
    learningRate: 0.01,
  };

  test("helps on a field that it has not seen, of another kind", async () => {
    const { correction, bestRatio, status } = await fitShared(problems, spec, {}, context);
    expect(status).toBe("complete");
    expect(bestRatio).toBeLessThan(0.6);
    const unseen = problem("unseen", turning(2, 0.4));
    const samples = unseen.states.heldOut(100, new Random(1));
    const ends = await referenceEnds(unseen.field, unseen.span, samples, undefined, context);
    const errorOf = async (method: Parameters<typeof measureMethod>[1]): Promise<number> =>
      (await measureMethod(unseen.field, method, unseen.span, samples, ends, context)).errors.mean;
    const own = correction.on(unseen.field);
    expect(await errorOf(hyper(own, { steps: 2 }))).toBeLessThan(
      0.9 * (await errorOf(fixed(heun3, { steps: 2 }))),
    );
    const few = {
      base: "heun3",
      steps: 2,
      iterations: 20,
      trajectories: 64,
      batch: 32,
      epsilon: null,
      seed: 0,
    } as const;
    const { correction: adapted } = await fitCorrection(
      unseen.field,
      { ...few, inputs: own.inputs, learningRate: 0.003 },
      { states: unseen.states, initial: own },
      context,
    );
    expect(await errorOf(hyper(adapted, { steps: 2 }))).toBeLessThan(await errorOf(hyper(own, { steps: 2 })));
  });

  test("goes on from a checkpoint bit by bit", async () => {
    const kept: Checkpoint[] = [];
    const short = { ...spec, iterations: 4 };
    const whole = await fitShared(problems, short, { onCheckpoint: (one) => void kept.push(one) }, context);
    const resumed = await fitShared(problems, short, { checkpoint: kept[1] }, context);
    expect(kept[1]?.iteration).toBe(2);
    expect(resumed.correction.parameters).toEqual(whole.correction.parameters);
  });

  test.each([
    ["no fields", [], spec, "INVALID_ARGUMENT"],
    ["two of one name", [problems[0], problems[0]], spec, "INVALID_ARGUMENT"],
    ["a base of one stage", problems, { ...spec, base: euler.name }, "INVALID_ARGUMENT"],
    ["another option", problems, { ...spec, steps: 3 }, "INVALID_ARGUMENT"],
  ])("refuses %s", async (_, given, asked, code) => {
    const fit = fitShared(given as SharedProblem[], asked as typeof spec, {}, context);
    await expect(fit).rejects.toThrow(expect.objectContaining({ code }));
  });
});

test("the network of RK4 sees three lengths and six cosines", () => {
  const { parameters } = coefficientNetwork(tableauNamed("rk4"), options);
  expect(parameters["0.weight"]?.shape).toEqual([6, 9]);
});
