import { describe, expect, test } from "vitest";
import {
  add,
  evaluateGraph,
  gradient,
  matmul,
  mul,
  type NamedNodes,
  type Node,
  square,
  tanh,
  trace,
  withFloat,
} from "../../../src/graph/index.js";
import { adversarialDistance } from "../../../src/hypersolver/adversarial/adversarial-loss.js";
import {
  between,
  boundOf,
  randomWithin,
  withinBound,
} from "../../../src/hypersolver/adversarial/bounded-weights.js";
import { spectralNorm } from "../../../src/hypersolver/adversarial/spectral-norm.js";
import { mlpCorrection } from "../../../src/hypersolver/correction/network.js";
import {
  type AdversarialFit,
  type AdversarialSpec,
  type Correction,
  fitAdversarial,
  uniformStates,
} from "../../../src/hypersolver/index.js";
import { defineField, type Field, fieldAs, heun, midpoint } from "../../../src/ode/index.js";
import { withOpenParameters } from "../../../src/ode/internal.js";
import type { Checkpoint } from "../../../src/optim/index.js";
import type { NamedTensors, RunContext } from "../../../src/runtime/index.js";
import { cast, fromNumbers, item, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";

const random = new Random(3);
const normal = (shape: readonly number[], scale = 1): Tensor =>
  fromNumbers(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * random.normal()),
    shape,
  );

/** dz/ds = tanh(z Aᵀ + b) Bᵀ: a perceptron of two layers. */
const perceptron = (width: number): Field =>
  defineField(
    ["batch", 2],
    (_, z, { a, b, c }) =>
      matmul(tanh(add(matmul(z, a as Node, { transposeB: true }), b as Node)), c as Node, {
        transposeB: true,
      }),
    { parameters: { a: normal([width, 2]), b: normal([width], 0.3), c: normal([2, width], 0.6) } },
  );

/** An untrained g of z and two stages. */
function network(base = heun): Correction {
  const column = (n: number) => ({ mean: new Float64Array(n), deviation: new Float64Array(n).fill(1) });
  return mlpCorrection(
    {
      ...{ base, inputs: ["z", "stages"], hidden: [6], activation: "tanh" },
      ...{ statistics: { z: column(2), k0: column(2), k1: column(2) }, scale: Float64Array.of(1, 1) },
    },
    new Random(5),
  );
}

const asFloat64 = ({ graph, ...rest }: Correction): Correction => ({
  ...rest,
  graph: withFloat(graph, "float64"),
});

const withNames = (prefix: string, tensors: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}${name}`, value]));

const place = { span: [0, 1], steps: 2, referenceSteps: 2 } as const;

describe("the distance that both sides play for", () => {
  test("is the closed form of a linear field: powers of the methods' factors", () => {
    const field = withOpenParameters(
      fieldAs(
        defineField(["batch", 1], (_, z, { a }) => mul(z, a as Node), {
          parameters: { a: fromNumbers([1], []) },
        }),
        "float64",
      ),
    );
    const nothing = trace({ z: { shape: ["batch", 1], dtype: "float64" } }, ({ z }) => ({ g: mul(z, 0) }));
    const none: Correction = { base: midpoint, inputs: ["z"], features: [], graph: nothing, parameters: {} };
    const graph = trace(
      { z0: { shape: [3, 1], dtype: "float64" }, a: { shape: [], dtype: "float64" } },
      ({ z0, a }) => ({
        loss: adversarialDistance(field, none, { z0, controls: { a }, correction: {} }, place),
      }),
    );
    const [z0, a] = [[0.5, -1, 2], -1.3];
    const outputs = evaluateGraph(graph, {
      z0: fromNumbers(z0, [3, 1], "float64"),
      a: fromNumbers([a], [], "float64"),
    });
    const factor = (order: number, h: number): number =>
      [1, 1, 2, 6, 24].slice(0, order + 1).reduce((sum, factorial, n) => sum + (a * h) ** n / factorial, 0);
    const [base, exact] = [factor(2, 0.5), factor(4, 0.25) ** 2];
    const mean = z0.reduce((sum, z) => sum + Math.abs(z) / 3, 0);
    const expected = mean * (Math.abs(base - exact) + Math.abs(base ** 2 - exact ** 2));
    expect(item(outputs.loss as Tensor)).toBeCloseTo(expected, 12);
  });

  test("has the gradients of central differences in float64, for the field and for g", () => {
    const field = fieldAs(perceptron(3), "float64");
    const correction = asFloat64(network());
    const shuffled = Object.fromEntries(
      Object.entries(correction.parameters).map(([name, { shape }]) => [
        name,
        cast(normal(shape), "float64"),
      ]),
    );
    const all: NamedTensors = { ...withNames("f ", field.parameters), ...withNames("g ", shuffled) };
    const names = Object.keys(all);
    const graph = trace({ z0: { shape: [4, 2], dtype: "float64" }, ...all }, (nodes: NamedNodes) => {
      const of = (prefix: string) =>
        Object.fromEntries(
          names.filter((name) => name.startsWith(prefix)).map((name) => [name.slice(2), nodes[name] as Node]),
        );
      const sides = { z0: nodes.z0 as Node, controls: of("f "), correction: of("g ") };
      const loss = adversarialDistance(withOpenParameters(field), correction, sides, place);
      const slopes = gradient(
        loss,
        names.map((name) => nodes[name] as Node),
      );
      return { loss, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, slopes[i] as Node])) };
    });
    const feeds = { ...all, z0: cast(normal([4, 2]), "float64") };
    const outputs = evaluateGraph(graph, feeds);
    for (const name of names) {
      const value = all[name] as Tensor;
      const step = 1e-5;
      const at = (i: number, sign: number): number => {
        const data = Float64Array.from(toFloat64(value));
        data[i] = (data[i] ?? 0) + sign * step;
        return item(
          evaluateGraph(graph, { ...feeds, [name]: fromNumbers(data, value.shape, "float64") })
            .loss as Tensor,
        );
      };
      const differences = Array.from(
        { length: value.data.length },
        (_, i) => (at(i, 1) - at(i, -1)) / (2 * step),
      );
      expect(relativeDifference([...toFloat64(outputs[`d ${name}`] as Tensor)], differences)).toBeLessThan(
        1e-6,
      );
    }
  });
});

describe("the bound of a field", () => {
  test("is measured by the largest singular value", () => {
    const [a, b, c, d] = [1, 2, -3, 0.5];
    const sum = a * a + b * b + c * c + d * d;
    const expected = Math.sqrt((sum + Math.sqrt(sum * sum - 4 * (a * d - b * c) ** 2)) / 2);
    expect(spectralNorm(fromNumbers([a, b, c, d], [2, 2]))).toBeCloseTo(expected, 9);
    expect(spectralNorm(fromNumbers([0, 0, 0, 0, -7, 0], [2, 3]))).toBeCloseTo(7, 9);
    // A kernel as a matrix [2, 1 · 2 · 2] of two orthogonal rows.
    expect(spectralNorm(fromNumbers([3, 0, 0, 0, 0, 0, 0, 4], [2, 1, 2, 2]))).toBeCloseTo(4, 9);
    expect(spectralNorm(fromNumbers([0, 0], [1, 2]))).toBe(0);
  });

  test("holds after a projection, which leaves what is within it", () => {
    const start: NamedTensors = { a: normal([5, 3]), b: normal([5]) };
    const bound = boundOf(start, 1.5);
    const far = { a: normal([5, 3], 30), b: normal([5], 30) };
    const moved = withinBound(far, bound);
    expect(spectralNorm(moved.a as Tensor)).toBeLessThanOrEqual(bound.a as number);
    expect(spectralNorm(moved.a as Tensor)).toBeGreaterThan(0.999 * (bound.a as number));
    expect(Math.max(...toFloat64(moved.b as Tensor).map(Math.abs))).toBeLessThanOrEqual(bound.b as number);
    expect(withinBound(start, bound)).toEqual(start);
    // Scaling keeps singular vectors.
    const ratio = Number(moved.a?.data[0]) / Number(far.a.data[0]);
    const ratios = [...toFloat64(moved.a as Tensor)].map((x, i) => x / Number(far.a.data[i]));
    for (const own of ratios) expect(own).toBeCloseTo(ratio, 5);
    for (let i = 0; i < 5; i++) {
      const drawn = randomWithin(start, bound, new Random(i));
      expect(withinBound(drawn, bound)).toEqual(drawn);
      const half = between(start, moved, 0.5);
      expect(withinBound(half, bound)).toEqual(half);
    }
  });
});

const field = perceptron(8);
const states = uniformStates([2], -1, 1);
const small: AdversarialSpec = {
  steps: 2,
  rounds: 40,
  batch: 32,
  adversaries: 1,
  growth: 2,
  validations: 4,
  seed: 4,
};

function play(
  spec: Partial<AdversarialSpec>,
  more: { checkpoint?: Checkpoint; onCheckpoint?: (c: Checkpoint) => void; of?: Field } & RunContext = {},
): Promise<AdversarialFit> {
  const { checkpoint, onCheckpoint, of = field, ...context } = more;
  return fitAdversarial(
    of,
    network(),
    { ...small, ...spec },
    { states, checkpoint, onCheckpoint },
    { threads: 1, ...context },
  );
}

/** What a fit found, without time. */
const essence = ({ correction, field: of, curve, after, rounds }: AdversarialFit) => ({
  ...{ curve, after, rounds },
  values: [correction.parameters, of.parameters].map((side) =>
    Object.values(side).map(({ data }) => [...data]),
  ),
});

describe("an adversary", () => {
  test("raises the error, within the bound, and leaves the correction alone", async () => {
    const fit = await play({ defenseUpdates: 0 });
    expect(fit.after.error).toBeGreaterThan(5 * fit.before.error);
    expect(fit.after.eigenvalue).toBeGreaterThan(fit.before.eigenvalue);
    expect(fit.after.referenceError).toBeLessThan(fit.after.error / 20);
    expect(fit.correction.parameters).toEqual(network().parameters);
    const attacks = fit.curve.map(({ attack = Number.NaN }) => attack);
    expect(attacks.at(-1)).toBeGreaterThan(5 * (attacks[0] ?? Number.NaN));
    expect(fit.curve.every(({ defense }) => defense === undefined)).toBe(true);
    const { parameters } = field;
    for (const [name, limit] of Object.entries(boundOf(parameters, 2))) {
      const value = fit.field.parameters[name] as Tensor;
      const size = name === "b" ? Math.max(...toFloat64(value).map(Math.abs)) : spectralNorm(value);
      expect(size).toBeLessThanOrEqual(limit);
    }
    expect(fit.field.parameters).not.toEqual(parameters);
  });

  test("is answered by a correction that ends with less error than its base", async () => {
    const fit = await play({ rounds: 100, adversaries: 2, learningRate: 0.03, defenseUpdates: 3 });
    expect(fit.after.error).toBeLessThan(0.8 * fit.after.baseError);
    expect(fit.rounds).toBe(100);
    // The first adversary begins at the field, the second elsewhere.
    expect(fit.curve.at(-1)).toMatchObject({
      round: 100,
      attack: expect.any(Number),
      defense: expect.any(Number),
    });
  });

  test("that does not play leaves the field: plain training, and training on random fields", async () => {
    for (const spec of [{ attackUpdates: 0 }, { fields: "random" }] as const) {
      const fit = await play({ ...spec, rounds: 60 });
      expect(fit.field.parameters).toEqual(field.parameters);
      expect(fit.after.baseError).toBe(fit.before.baseError);
      expect(fit.correction.parameters).not.toEqual(network().parameters);
      // Random fields are not the given one: learning on them need not help there.
      if ("attackUpdates" in spec) expect(fit.after.error).toBeLessThan(fit.before.error);
      expect(fit.curve.every(({ attack }) => attack === undefined)).toBe(true);
    }
  });

  test("goes on from a checkpoint bit by bit, into its second start", async () => {
    const checkpoints: Checkpoint[] = [];
    const spec = { rounds: 12, adversaries: 2, defenseUpdates: 1, validations: 12 };
    const whole = await play(spec, { onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint) });
    for (const checkpoint of [checkpoints[1], checkpoints[7]]) {
      const resumed = await play(spec, checkpoint && { checkpoint });
      expect(essence(resumed)).toEqual(essence(whole));
    }
  });

  test("that diverges is an error which holds what was there before", async () => {
    const explosive = defineField(["batch", 2], (_, z, { a }) => mul(square(z), a as Node), {
      parameters: { a: fromNumbers([0.5], []) },
    });
    const error = await play(
      { growth: 1000, attackRate: 50, rounds: 80, defenseUpdates: 1 },
      { of: explosive },
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "NON_FINITE", message: expect.stringContaining("details.kept") });
    const { kept } = (error as { facts: { details: { kept: AdversarialFit } } }).facts.details;
    expect(kept.status).toBe("interrupted");
    expect(kept.rounds).toBeLessThan(80);
    expect(Number.isFinite(kept.after.error)).toBe(true);
    for (const { data } of Object.values(kept.correction.parameters))
      expect([...data].every((x) => Number.isFinite(Number(x)))).toBe(true);
  });
});

test.each<[string, Partial<AdversarialSpec>, string]>([
  ["no side that plays", { attackUpdates: 0, defenseUpdates: 0 }, "attackUpdates"],
  ["random fields that nobody learns from", { fields: "random", defenseUpdates: 0 }, "random fields"],
  ["a bound below the field", { growth: 0.9 }, "growth"],
  ["an unknown option", { round: 3 } as Partial<AdversarialSpec>, "rounds"],
])("%s is refused", async (_, spec, words) => {
  await expect(play(spec)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(play(spec)).rejects.toThrow(words);
});

test("a field without parameters is refused", async () => {
  const bare = defineField(["batch", 2], (_, z) => mul(z, -1));
  await expect(play({}, { of: bare })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    facts: { what: "adversarial fit: field" },
  });
});
