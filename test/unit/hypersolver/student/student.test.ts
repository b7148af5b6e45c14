import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  bind,
  cast,
  encodeOnnx,
  importOnnx,
  mul,
  type Node,
  reshape,
} from "../../../../src/graph/index.js";
import {
  decodeLearned,
  encodeSolver,
  encodeStudent,
  type FitCard,
  fitStudent,
  givenStates,
  learnedWarnings,
  measureMethod,
  normalStates,
  parseMethod,
  type StudentFitSpec,
  type StudentMethod,
  uniformStates,
} from "../../../../src/hypersolver/index.js";
import { fingerprintOf, isStudent } from "../../../../src/hypersolver/internal.js";
import { referenceEnds } from "../../../../src/hypersolver/measure/measure.js";
import { student } from "../../../../src/hypersolver/student/student-method.js";
import { studentWidth } from "../../../../src/hypersolver/student/student-size.js";
import {
  defineField,
  type Field,
  type FixedMethod,
  fieldMacs,
  fixed,
  midpoint,
  orThrow,
  solveField,
} from "../../../../src/ode/index.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import { compile } from "../../../../src/runtime/index.js";
import { fromNumbers, Random, type Tensor } from "../../../../src/tensor/index.js";
import { controlledField } from "../../../helpers/controlled-field.js";
import { pendulum, pendulumSpan } from "../../../helpers/fitting.js";
import { convolutionalField, imageShape } from "../../../helpers/image-fields.js";

const field = pendulum();
const states = uniformStates([2], -1.5, 1.5);
const spec: StudentFitSpec = {
  ...{ macs: 700, span: pendulumSpan, layers: 2, trajectories: 512, batch: 128, seed: 1 },
};
const still: Partial<StudentFitSpec> = { iterations: 1, learningRate: 0, trajectories: 16 };
const { z0, controls } = states.heldOut(200, new Random(3));
const endOf = async (of: Field, method: StudentMethod, from: Tensor) =>
  (orThrow(await solveField(of, from, { method })).states.at(-1) as Tensor).data;

describe("a student", () => {
  test("of images sees the number that a sample has for a control, such as its label", async () => {
    // dz = label: what no student without it can know.
    const of = defineField(
      ["batch", 1, 2, 2],
      (_s, z, { label }) => add(mul(z, 0), reshape(cast(label as Node, "float32"), ["batch", 1, 1, 1])),
      { controls: { label: { shape: ["batch"], dtype: "int64" } } },
    );
    const labels = Array.from({ length: 96 }, (_, i) => (i % 5) - 2);
    const samples = {
      z0: normalStates([1, 2, 2]).heldOut(96, new Random(1)).z0,
      controls: { label: fromNumbers(labels, [96], "int64") },
    };
    const { startError, bestError } = await fitStudent(
      of,
      {
        macs: 3000,
        span: [0, 1],
        layers: 1,
        batch: 32,
        trajectories: 64,
        iterations: 200,
        learningRate: 0.01,
      },
      { states: givenStates("labels", samples) },
    );
    expect(bestError).toBeLessThan(startError / 5);
  });

  test.each<[string, Field, readonly number[], StudentFitSpec]>([
    ["vectors", field, [2], spec],
    ["images", convolutionalField(), imageShape, { macs: 20_000, span: [0, 1], layers: 1 }],
  ])("begins where the state is, to the last bit: %s", async (_, of, shape, own) => {
    const source = normalStates(shape);
    const { method, startError, bestError } = await fitStudent(of, { ...own, ...still }, { states: source });
    const from = source.heldOut(5, new Random(3)).z0;
    expect(await endOf(of, method, from)).toEqual(from.data);
    expect(bestError).toBe(startError);
  });

  test("learns the way without an evaluation of the field, within its arithmetic", async () => {
    const fit = await fitStudent(field, { ...spec, iterations: 400 }, { states });
    const ends = await referenceEnds(field, pendulumSpan, { z0, controls });
    const error = async (method: FixedMethod) =>
      (await measureMethod(field, method, pendulumSpan, { z0, controls }, ends)).errors.mean;
    const { nfe, gCalls, macs } = fit.method.scheme(field).cost(1);
    expect([fit.status, fit.iterations, nfe, gCalls]).toEqual(["complete", 400, 0, 1]);
    expect(macs).toBeLessThanOrEqual(700);
    expect(await error(fit.method)).toBeLessThan((await error(fixed(midpoint, { steps: 1 }))) / 2);
    expect(fit.method).toMatchObject({ name: "student", title: "Student", text: "student:0/1.5" });
  });

  test("gives the same by its own spec, and goes on as if it had never stopped", async () => {
    const kept: Checkpoint[] = [];
    const onCheckpoint = (checkpoint: Checkpoint) => void kept.push(checkpoint);
    const whole = await fitStudent(field, { ...spec, iterations: 40 }, { states, onCheckpoint });
    const checkpoint = kept.find(({ iteration }) => iteration >= 20);
    const weights = ({ method }: typeof whole) => method.student.parameters;
    expect(weights(await fitStudent(field, whole.spec, { states }))).toEqual(weights(whole));
    expect(weights(await fitStudent(field, whole.spec, { states, checkpoint }))).toEqual(weights(whole));
  });

  test("sees controls", async () => {
    const controlled = controlledField();
    const random = new Random(4);
    const drawn = (columns: number): Tensor =>
      fromNumbers(
        Array.from({ length: 60 * columns }, () => random.normal()),
        [60, columns],
        "float64",
      );
    const source = givenStates("pairs", { z0: drawn(2), controls: { x: drawn(1) } });
    const own: StudentFitSpec = { macs: 60, span: [0, 1], layers: 1, iterations: 30, batch: 16 };
    const { method, bestError, startError } = await fitStudent(controlled, own, { states: source });
    expect(method.student.inputs).toEqual(["z", "x"]);
    expect(bestError).toBeLessThan(startError);
  });

  test.each([
    ["vectors", field],
    ["images", convolutionalField()],
  ])("is as wide as its arithmetic allows: %s", async (_, of) => {
    const source = normalStates(of === field ? [2] : imageShape);
    const counted = fc.record({
      macs: fc.integer({ min: 30_000, max: 60_000 }),
      layers: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(counted, async (size) => {
        const { method } = await fitStudent(of, { ...spec, ...still, ...size }, { states: source });
        const width = studentWidth(of, size);
        const { macs } = method.scheme(of).cost(1);
        expect(macs).toBeLessThanOrEqual(size.macs);
        expect(studentWidth(of, { ...size, macs })).toBe(width);
        expect(studentWidth(of, { ...size, macs: macs - 1 })).toBe(width - 1);
      }),
      { numRuns: 4 },
    );
  });

  test.each<[string, Partial<StudentFitSpec>, RegExp]>([
    ["no size", { macs: undefined }, /one of the two[\s\S]*neither/],
    ["two sizes", { evaluations: 2 }, /one of the two[\s\S]*both/],
    ["a size of nothing", { macs: 5, layers: 4 }, /at least 11/],
    ["a span of one point", { span: [1, 1] }, /span/],
    ["channels of vectors", { activation: "channel-prelu" }, /no channels/],
  ])("refuses %s", async (_, options, message) => {
    await expect(fitStudent(field, { ...spec, ...options }, { states })).rejects.toThrow(message);
  });

  test("takes the arithmetic of evaluations, where the field has any", async () => {
    const images = convolutionalField();
    const few: StudentFitSpec = { ...still, evaluations: 40, span: [0, 1] };
    const fit = await fitStudent(images, few, { states: normalStates(imageShape) });
    expect(fit.spec.macs).toBe(40 * fieldMacs(images));
    await expect(fitStudent(field, few, { states })).rejects.toThrow(/macs instead/);
  });
});

describe("a file of a student", async () => {
  const { method } = await fitStudent(field, { ...spec, iterations: 5 }, { states });
  const card: FitCard = {
    ...{ fingerprint: fingerprintOf(field), states: states.description, library: "tests" },
    ...{ startError: 0.1, bestError: 0.01, seed: 1 },
  };
  const bytes = encodeStudent(method, card);

  test("gives every number back, and is spelled by its name", async () => {
    const loaded = decodeLearned(bytes, "some/student.onnx");
    if (!isStudent(loaded.method)) throw new Error("no student");
    expect(loaded.card).toEqual(card);
    expect(loaded.method).toMatchObject({ text: "student:some/student.onnx:0/1.5", grid: method.grid });
    expect(await endOf(field, loaded.method, z0)).toEqual(await endOf(field, method, z0));
    expect(learnedWarnings(loaded, field)).toEqual([]);
    expect(encodeStudent(loaded.method, card)).toEqual(bytes);
    const found = parseMethod("student:s.onnx", undefined, undefined, (name) => {
      return decodeLearned(bytes, name ?? "").method;
    });
    expect(found.spec).toEqual({ kind: "student", file: "s.onnx", grid: { mesh: [0, 1.5] } });
  });

  test.each([
    ["ns:s.onnx", /student:s.onnx: that is what the file has/],
    ["student:s.onnx:3", /0\/1.5[\s\S]*received: 3/],
    ["student:", /student:FILE/],
    ["reversible-student:s.onnx", /makes steps/],
  ])("is refused as %s", (text, message) => {
    expect(() => parseMethod(text, undefined, undefined, () => method)).toThrow(message);
  });

  test("becomes one ONNX file of standard operators, with the student's numbers", async () => {
    const model = importOnnx(await encodeSolver(field, method, [0, 1.5], { z0, controls }), "solver.onnx");
    const program = await compile(model.graph);
    const { z1 } = await program.run({ z0, ...model.parameters });
    await program.dispose();
    expect((z1 as Tensor).data).toEqual(await endOf(field, method, z0));
  });

  test("tells of another field and of other weights", () => {
    const other = encodeStudent(method, { ...card, fingerprint: "another" });
    expect(learnedWarnings(decodeLearned(other, "s"), field)).toEqual([
      expect.stringMatching(/different field/),
    ]);
    const { graph, parameters, metadata } = importOnnx(bytes, "s");
    const key = "hypersolvers.student";
    const meta = (facts: object) => ({
      [key]: JSON.stringify({ ...JSON.parse(metadata[key] ?? ""), ...facts }),
    });
    const written = (facts: object) =>
      encodeOnnx(bind(graph, parameters), { metadata: meta(facts), weights: parameters });
    const changed = decodeLearned(written({ weights: "0123456789abcdef" }), "s");
    expect(learnedWarnings(changed, field)).toEqual([expect.stringMatching(/weights of this solver/)]);
    for (const [facts, message] of [
      [{ format: 2 }, /format/],
      [{ inputs: ["z", "stages"] }, /inputs of the student: stages/],
      [{ inputs: ["z", "y"] }, /received: .*y/],
      [{ span: [1, 1] }, /span: 1, 1/],
    ] as const)
      expect(() => decodeLearned(written(facts), "s.onnx")).toThrow(message);
  });

  test("wants the states that it was fitted to", () => {
    expect(() => method.scheme(convolutionalField())).toThrow(/fitted to/);
    const { student: network } = method;
    expect(() => student({ ...network, inputs: ["z", "stages"] }, [0, 1])).toThrow(/z, x/);
  });
});
