import { describe, expect, test } from "vitest";
import {
  add,
  cos,
  gradient,
  type InputSpec,
  importOnnx,
  mul,
  type NamedNodes,
  type Node,
  sin,
  trace,
} from "../../../../src/graph/index.js";
import {
  type CoefficientSpec,
  decodeCoefficients,
  encodeCoefficients,
  encodeSolver,
  fitCoefficients,
  givenStates,
  measureMethod,
  normalStates,
  parseMethod,
  uniformStates,
} from "../../../../src/hypersolver/index.js";
import { solverFactsOf } from "../../../../src/hypersolver/internal.js";
import {
  coefficientsAt,
  type Freedom,
  movedCoefficients,
  startingDeviations,
} from "../../../../src/hypersolver/learned/coefficient-parameters.js";
import { endDistance, logEndDistance } from "../../../../src/hypersolver/learned/end-error.js";
import { pairSpecs, siteOf } from "../../../../src/hypersolver/learned/pair-program.js";
import { startingCoefficients } from "../../../../src/hypersolver/learned/starting-coefficients.js";
import { referenceEnds } from "../../../../src/hypersolver/measure/measure.js";
import { defineField, nonStationary, orThrow, solveField } from "../../../../src/ode/index.js";
import { nonStationaryScheme } from "../../../../src/ode/internal.js";
import { isConsistent } from "../../../../src/ode/methods/non-stationary/coefficients.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import { compile, type NamedTensors } from "../../../../src/runtime/index.js";
import { fromNumbers, item, Random, scalar, type Tensor, tensor } from "../../../../src/tensor/index.js";
import { control, controlledField, initialState } from "../../../helpers/controlled-field.js";
import { pendulum, pendulumSpan } from "../../../helpers/fitting.js";
import { convolutionalField, imageShape } from "../../../helpers/image-fields.js";
import { FINITE_DIFFERENCE } from "../../../helpers/tolerances.js";

const states = uniformStates([2], -1.5, 1.5);
const spec: CoefficientSpec = {
  ...{ evaluations: 4, span: pendulumSpan, seed: 1, start: "midpoint" },
  ...{ iterations: 120, trajectories: 256, batch: 64 },
};

describe("the loss of coefficients", () => {
  const field = controlledField("float64");
  const span = [0.1, 1.2] as const;
  const start = startingCoefficients("rk4", 4);
  const end = fromNumbers([0.2, 0.1, 0.9, -0.3, 0.4, 1.1], [3, 2], "float64");
  const feeds = { x: control(), "/z0": initialState(), "/end": end };

  const programs = async (freedom: Freedom, loss: typeof endDistance) => {
    const names = Object.keys(startingDeviations(start, freedom));
    const specs: Record<string, InputSpec> = pairSpecs(field, 3);
    for (const name of names) specs[name] = { shape: [], dtype: "float64" };
    const graph = trace(specs, (nodes: NamedNodes) => {
      const moved = movedCoefficients(start, freedom, (name) => nodes[name] as Node);
      const value = loss(nonStationaryScheme(field, moved), { ...siteOf(field, nodes), span });
      const slopes = gradient(
        value,
        names.map((name) => nodes[name] as Node),
      );
      return { value, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, slopes[i] as Node])) };
    });
    return { names, program: await compile(graph, { device: "reference" }) };
  };

  const freedoms: readonly Freedom[] = [
    { consistent: false, freeTimes: true },
    { consistent: true, freeTimes: true },
    { consistent: false, freeTimes: false },
    { consistent: false, freeTimes: true, family: "scale-time" },
    { consistent: false, freeTimes: true, family: "bezier" },
  ];
  test.each(
    freedoms.flatMap((freedom) => [
      { ...freedom, loss: endDistance },
      { ...freedom, loss: logEndDistance },
    ]),
  )(
    "has the gradient of central differences: consistent $consistent, free times $freeTimes, $family, $loss.name",
    async ({ loss, ...freedom }) => {
      const { names, program } = await programs(freedom, loss);
      // Away from the start, where RK4's last time lies on the edge of the span.
      const at = Object.fromEntries(names.map((name, i) => [name, -0.01 * (1 + Math.sin(i))]));
      const run = async (point: Readonly<Record<string, number>>) =>
        program.run({
          ...feeds,
          ...Object.fromEntries(
            Object.entries(point).map(([name, value]) => [name, scalar(value, "float64")]),
          ),
        });
      const outputs = await run(at);
      const valueAt = async (point: Readonly<Record<string, number>>) =>
        item((await run(point)).value as Tensor);
      for (const name of names) {
        const [above, below] = [1e-5, -1e-5].map((by) => ({ ...at, [name]: (at[name] ?? 0) + by }));
        const slope = ((await valueAt(above ?? at)) - (await valueAt(below ?? at))) / 2e-5;
        expect(Math.abs(item(outputs[`d ${name}`] as Tensor) - slope), name).toBeLessThan(FINITE_DIFFERENCE);
      }
    },
  );

  test("moves as many numbers as the families have", () => {
    const count = (freedom: Freedom, n: number) =>
      Object.keys(startingDeviations(startingCoefficients("ab2", n), freedom)).length;
    for (const n of [2, 4, 8]) {
      expect(count({ consistent: false, freeTimes: true }, n)).toBe((n * (n + 5)) / 2 - 1);
      expect(count({ consistent: true, freeTimes: true }, n)).toBe(n - 1 + (n * (n - 1)) / 2);
    }
  });

  test("without deviations is that of the start, exactly", () => {
    for (const freedom of freedoms)
      expect(coefficientsAt(start, freedom, startingDeviations(start, freedom))).toEqual(start);
  });

  test("of consistent coefficients stays on consistent ones, wherever they move", () => {
    const freedom = { consistent: true, freeTimes: true };
    const random = new Random(3);
    const moved: NamedTensors = Object.fromEntries(
      Object.keys(startingDeviations(start, freedom)).map((name) => [
        name,
        scalar(random.normal(), "float64"),
      ]),
    );
    const coefficients = coefficientsAt(start, freedom, moved);
    expect(coefficients).not.toEqual(start);
    expect(isConsistent(coefficients)).toBe(true);
    expect(coefficients.times.every((time) => time >= 0 && time <= 1)).toBe(true);
  });
});

describe("a fit of coefficients", () => {
  test("beats the method that it starts from, on states that it never saw", async () => {
    const field = pendulum();
    const { method, startError, bestError, status, iterations } = await fitCoefficients(field, spec, {
      states,
    });
    const held = states.heldOut(200, new Random(5));
    const ends = await referenceEnds(field, pendulumSpan, held);
    const error = async (by: typeof method) =>
      (await measureMethod(field, by, pendulumSpan, held, ends)).errors.mean;
    const start = nonStationary(startingCoefficients("midpoint", 4), { mesh: pendulumSpan });
    expect([status, iterations]).toEqual(["complete", 120]);
    expect(bestError).toBeLessThan(startError / 4);
    expect(await error(method)).toBeLessThan((await error(start)) / 4);
    expect(method.scheme(field).cost(1).nfe).toBe(4);
  });

  test("gives the same by its own spec, and without learning its start", async () => {
    const field = pendulum();
    const first = await fitCoefficients(field, spec, { states });
    expect((await fitCoefficients(field, first.spec, { states })).method.coefficients).toEqual(
      first.method.coefficients,
    );
    const still = await fitCoefficients(field, { ...spec, iterations: 1, learningRate: 0 }, { states });
    expect(still.method.coefficients).toEqual(startingCoefficients("midpoint", 4));
    expect(still.bestError).toBe(still.startError);
  });

  test("goes on from a checkpoint as if it had never stopped", async () => {
    const field = pendulum();
    const kept: Checkpoint[] = [];
    const onCheckpoint = (checkpoint: Checkpoint) => void kept.push(checkpoint);
    const whole = await fitCoefficients(field, spec, { states, onCheckpoint });
    const checkpoint = kept[Math.floor(kept.length / 2)];
    expect(checkpoint?.iteration).toBeLessThan(120);
    const resumed = await fitCoefficients(field, spec, { states, checkpoint });
    expect(resumed.method.coefficients).toEqual(whole.method.coefficients);
    await expect(fitCoefficients(field, { ...spec, seed: 2 }, { states, checkpoint })).rejects.toThrow(
      /seed|settings/i,
    );
  });

  test("goes on from the start that a checkpoint was made from, without computing it again", async () => {
    const field = pendulum();
    const computed = { ...spec, start: "regression" } as const;
    const kept: Checkpoint[] = [];
    const onCheckpoint = (checkpoint: Checkpoint) => void kept.push(checkpoint);
    const whole = await fitCoefficients(field, computed, { states, onCheckpoint });
    expect(whole.spec.start).toBe("regression");
    const checkpoint = kept[Math.floor(kept.length / 2)] as Checkpoint;
    const stages = new Set<string>();
    const onProgress = ({ stage }: { stage: string }) => void stages.add(stage);
    const resumed = await fitCoefficients(field, computed, { states, checkpoint }, { onProgress });
    expect(resumed.method.coefficients).toEqual(whole.method.coefficients);
    expect([...stages]).not.toContain("computing a start");
    // Another machine found another start: its deviations belong to that one.
    const { times, rows } = startingCoefficients("midpoint", 4);
    const elsewhere = {
      ...checkpoint,
      prepared: JSON.stringify({ name: "elsewhere", coefficients: { times, rows } }),
    };
    const other = await fitCoefficients(field, computed, { states, checkpoint: elsewhere });
    expect(other.spec.start).toBe("elsewhere");
    expect(other.method.coefficients).not.toEqual(whole.method.coefficients);
    const broken = { ...checkpoint, prepared: '{"name":"midpoint"}' };
    await expect(fitCoefficients(field, computed, { states, checkpoint: broken })).rejects.toThrow(
      /start in a checkpoint/,
    );
  });

  test("keeps consistent coefficients consistent, over a span that runs backwards too", async () => {
    const options = { ...spec, span: [1.5, 0] as const, consistent: true, iterations: 60 };
    const { method, startError, bestError } = await fitCoefficients(pendulum(), options, { states });
    expect(isConsistent(method.coefficients)).toBe(true);
    expect(bestError).toBeLessThan(startError / 2);
  });

  test("moves the times of a field that depends on them, to its advantage", async () => {
    const field = defineField(["batch", 2], (s, z) => mul(sin(add(z, s)), cos(mul(s, 3))));
    const options = { ...spec, evaluations: 3, start: "ab2", span: [0, 2] as const, consistent: true };
    const free = await fitCoefficients(field, options, { states });
    const fixed = await fitCoefficients(field, { ...options, freeTimes: false }, { states });
    const start = startingCoefficients("ab2", 3);
    expect(fixed.method.coefficients.times).toEqual(start.times);
    expect(free.method.coefficients.times).not.toEqual(start.times);
    expect(fixed.bestError).toBeLessThan(fixed.startError / 2);
    expect(free.bestError).toBeLessThan(fixed.bestError / 1.5);
  });

  test("takes images, and tells relative errors of them", async () => {
    const options = {
      ...{ evaluations: 4, start: "closest", span: [0, 0.5] as const },
      ...{ iterations: 200, learningRate: 0.01, trajectories: 64 },
    };
    const images = normalStates(imageShape);
    const {
      startError,
      bestError,
      spec: chosen,
    } = await fitCoefficients(convolutionalField(), options, {
      states: images,
    });
    expect(chosen.batch).toBe(4);
    expect(startError).toBeLessThan(1);
    expect(bestError).toBeLessThan(startError / 2);
  });

  test("hands controls to the field", async () => {
    const field = controlledField("float32");
    const { z0 } = uniformStates([2], -1, 1).training(256, new Random(1));
    const x = tensor(
      "float32",
      [256, 1],
      Float32Array.from({ length: 256 }, (_, i) => Math.cos(i)),
    );
    const given = givenStates("made up", { z0, controls: { x } });
    const { startError, bestError } = await fitCoefficients(field, spec, { states: given });
    expect(bestError).toBeLessThan(startError / 2);
  });

  const bad = (values: Float32Array) =>
    givenStates("bad", { z0: tensor("float32", [20, 2], values), controls: {} });
  test.each<[string, Partial<CoefficientSpec>, RegExp]>([
    ["evaluations that the start does not make", { evaluations: 6, start: "rk4" }, /such as 4 or 8[\s\S]*6/],
    ["fewer than it ever makes", { evaluations: 1, start: "heun" }, /such as 2[\s\S]*1/],
    ["one evaluation of a consistent method", { evaluations: 1, consistent: true }, /2 evaluations or more/],
    ["a start that is no method", { start: "nosuch" }, /nosuch/],
    ["no evaluations", { evaluations: 0 }, /evaluations/],
    ["a span of no length", { span: [1, 1] }, /two different numbers/],
    ["another loss", { loss: "nosuch" as "log" }, /loss/],
  ])("refuses %s", async (_, change, message) => {
    await expect(fitCoefficients(pendulum(), { ...spec, ...change }, { states })).rejects.toThrow(message);
  });

  test("ends at states that are no numbers", async () => {
    const given = bad(new Float32Array(40).fill(Number.NaN));
    await expect(fitCoefficients(pendulum(), spec, { states: given })).rejects.toMatchObject({
      code: "NON_FINITE",
    });
  });

  test("is told to stop before there is anything to keep", async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const run = fitCoefficients(pendulum(), spec, { states }, { signal: stop.signal, onProgress });
    await expect(run).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});

describe("a file of coefficients", () => {
  const field = pendulum();
  const method = nonStationary(startingCoefficients("rk4", 8), { mesh: [0, 1.5] });

  test("gives every number back, and is spelled by its name", () => {
    const bytes = encodeCoefficients(method);
    const found = parseMethod(
      "ns:some/c.json",
      undefined,
      undefined,
      (name) => decodeCoefficients(bytes, name ?? "").method,
    );
    expect(found).toMatchObject({
      text: "ns:some/c.json:0/1.5",
      coefficients: method.coefficients,
      grid: method.grid,
    });
    const again = parseMethod(
      found.text,
      undefined,
      undefined,
      (name) => decodeCoefficients(bytes, name ?? "").method,
    );
    expect(again.spec).toEqual(found.spec);
    expect(parseMethod("ns:c.json:3", undefined, undefined, () => method)).toMatchObject({
      grid: { steps: 3 },
    });
  });

  test("is asked for where nobody can find it", () => {
    expect(() => parseMethod("ns:c.json")).toThrow(/a way to find it[\s\S]*c.json/);
    expect(() => parseMethod("ns:")).toThrow(/ns:FILE/);
  });

  const text = (change: object) => new TextEncoder().encode(JSON.stringify(change));
  const whole = JSON.parse(new TextDecoder().decode(encodeCoefficients(method))) as {
    readonly method: object;
  };
  test.each<[string, Uint8Array, RegExp]>([
    ["text", new TextEncoder().encode("times: 3"), /times: 3/],
    ["another format", text({ ...whole, format: 2 }), /format/],
    ["no coefficients", text({ ...whole, method: { kind: "non-stationary" } }), /without coefficients/],
    [
      "a time beyond the span",
      text({
        ...whole,
        method: {
          ...whole.method,
          coefficients: { ...method.coefficients, times: [0, 2, 0, 0, 0, 0, 0, 0] },
        },
      }),
      /times, number 1: 2/,
    ],
  ])("is refused: %s", (_, bytes, message) => {
    expect(() => decodeCoefficients(bytes, "c.json")).toThrow(message);
  });

  test("becomes one ONNX file with the solver's numbers, which holds the coefficients", async () => {
    const { z0, controls } = states.heldOut(4, new Random(2));
    const bytes = await encodeSolver(field, method, [0, 1.5], { z0, controls });
    const model = importOnnx(bytes, "solver.onnx");
    const facts = solverFactsOf(model.metadata);
    expect(facts).toMatchObject({ method: "ns-8", steps: 1, span: [0, 1.5] });
    expect(facts?.spec).toEqual(method.spec);
    const program = await compile(model.graph);
    const { z1 } = await program.run({ z0 });
    const own = orThrow(await solveField(field, z0, { method }));
    expect((z1 as Tensor).data).toEqual((own.states[1] as Tensor).data);
    await program.dispose();
  });
});
