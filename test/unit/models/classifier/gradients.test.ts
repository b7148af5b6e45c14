import { describe, expect, test } from "vitest";
import { imageBatches, oneHot } from "../../../../src/data/index.js";
import { mnistNormalization } from "../../../../src/data/internal.js";
import {
  evaluateGraph,
  gradient,
  type InputSpec,
  type NamedNodes,
  type Node,
  trace,
} from "../../../../src/graph/index.js";
import { imagesShape, wholeModule } from "../../../../src/models/classifier/architecture.js";
import {
  type AdjointTrainingOptions,
  compileAdjointTraining,
} from "../../../../src/models/classifier/training/adjoint-training.js";
import { unrolledLoss } from "../../../../src/models/classifier/training/classifier-loss.js";
import type { ClassifierTrainer } from "../../../../src/models/classifier/training/classifier-trainer.js";
import {
  compileUnrolledTraining,
  type UnrolledOptions,
} from "../../../../src/models/classifier/training/unrolled-training.js";
import { newClassifier } from "../../../../src/models/index.js";
import { bufferInputs, parameterInputs } from "../../../../src/nn/index.js";
import { splitState } from "../../../../src/nn/internal.js";
import { tableauNamed, uniformMesh } from "../../../../src/ode/index.js";
import { stepsOf } from "../../../../src/ode/internal.js";
import { sgd } from "../../../../src/optim/index.js";
import { cast, Random, type Tensor, tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { plainArchitecture, tinyArchitecture, tinyImages } from "../../../helpers/classifiers.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { FINITE_DIFFERENCE } from "../../../helpers/tolerances.js";

const batch = imageBatches(tinyImages(20), { batch: 6, normalization: mnistNormalization }, new Random(3)).at(
  0,
);
const heun = { tableau: tableauNamed("heun"), mesh: uniformMesh([0, 1], 2) };

test("the gradient of a whole classifier is that of central differences, in float64", () => {
  const whole = { ...wholeModule(tinyArchitecture), apply: (_: NamedNodes, x: Node) => x };
  const { state } = newClassifier(tinyArchitecture, new Random(5));
  const { parameters } = splitState(whole, state);
  const names = Object.keys(parameters);
  const specs: Record<string, InputSpec> = {
    images: { shape: imagesShape(tinyArchitecture), dtype: "float64" },
    labels: { shape: ["batch", 3], dtype: "float64" },
    ...parameterInputs(whole, "float64"),
    ...bufferInputs(whole, "float64"),
  };
  const graph = trace(specs, (nodes: NamedNodes) => {
    const inputs = { images: nodes.images as Node, labels: nodes.labels as Node };
    const { loss } = unrolledLoss(tinyArchitecture, heun.tableau, stepsOf(heun.mesh), nodes, inputs);
    const gradients = gradient(
      loss,
      names.map((name) => nodes[name] as Node),
    );
    return { loss, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, gradients[i] as Node])) };
  });
  const wide = (value: Tensor): Tensor => (value.dtype === "int64" ? value : cast(value, "float64"));
  const feeds = {
    images: wide(batch.images),
    labels: wide(oneHot(batch.labels, 3)),
    ...Object.fromEntries(Object.entries(state).map(([name, value]) => [name, wide(value)])),
  };
  const lossAt = (name: string, index: number, h: number): number => {
    const before = feeds[name as "images"];
    const data = toFloat64(before).slice();
    data[index] = (data[index] ?? 0) + h;
    const { loss } = evaluateGraph(graph, { ...feeds, [name]: tensor("float64", before.shape, data) });
    return toFloat64(loss as Tensor)[0] ?? Number.NaN;
  };
  const exact = evaluateGraph(graph, feeds);
  for (const name of names) {
    const slope = toFloat64(exact[`d ${name}`] as Tensor);
    const [index, h] = [slope.length >> 1, 1e-5];
    const estimate = (lossAt(name, index, h) - lossAt(name, index, -h)) / (2 * h);
    expect(Math.abs((slope[index] ?? 0) - estimate), name).toBeLessThan(FINITE_DIFFERENCE);
  }
});

/** What one step of plain descent at rate 1 subtracts, hence the gradient; and the buffers after it. */
async function gradientOf(trainer: ClassifierTrainer) {
  const before = trainer.values();
  const { loss, accuracy, taken } = await trainer.step(batch, 1);
  const after = trainer.values();
  await trainer.dispose();
  expect(taken).toBe(true);
  const moved = Object.entries(after).map(([name, value]) => {
    const start = toFloat64(before[name] as Tensor);
    return [name, toFloat64(value).map((x, i) => x - (start[i] ?? 0))] as const;
  });
  return { loss, accuracy, moved: Object.fromEntries(moved) };
}

const machine = { device: "reference" } as const;
const unrolled = (architecture = tinyArchitecture, meshes: Partial<UnrolledOptions> = {}) =>
  compileUnrolledTraining(
    newClassifier(architecture, new Random(5)),
    {
      ...{ ...heun, ...meshes },
      optimizer: sgd(),
    },
    machine,
  );
const byAdjoint = (solver: AdjointTrainingOptions["solver"], architecture = tinyArchitecture) =>
  compileAdjointTraining(newClassifier(architecture, new Random(5)), { solver, optimizer: sgd() }, machine);

/** Parameters are kept as float32: 6e-8 of values up to 1. */
const STORED = 2e-7;

test("a mesh that the program is given is the mesh that is written into it", async () => {
  const uneven = [0, 0.2, 1];
  const written = await gradientOf(await unrolled(tinyArchitecture, { mesh: uneven }));
  const given = await gradientOf(await unrolled(tinyArchitecture, { meshes: { at: () => uneven } }));
  expect(given.loss).toBeCloseTo(written.loss, 6);
  for (const [name, moved] of Object.entries(written.moved))
    expect(relativeDifference(given.moved[name] as Float64Array, moved), name).toBeLessThan(1e-5);
  // It matters where the steps are.
  expect(Math.abs((await gradientOf(await unrolled())).loss - written.loss)).toBeGreaterThan(1e-5);
});

describe("step by step", () => {
  test("gradients, loss and normalization inside h_x are those of the unrolled program", async () => {
    const [whole, steps] = [
      await gradientOf(await unrolled()),
      await gradientOf(await byAdjoint({ method: "heun:2" })),
    ];
    expect(steps.loss).toBeCloseTo(whole.loss, 6);
    expect(steps.accuracy).toBe(whole.accuracy);
    expect(Object.keys(steps.moved).sort()).toEqual(Object.keys(whole.moved).sort());
    for (const [name, moved] of Object.entries(whole.moved)) {
      // Running statistics inside f are taken elsewhere: at the ends of steps, not at every evaluation.
      const insideField = /^field\..*(running|tracked)/.test(name);
      if (!insideField) expect(relativeDifference(steps.moved[name] ?? [], moved), name).toBeLessThan(STORED);
    }
  });

  test("running statistics inside f move once an iteration, and by about as much", async () => {
    const [whole, steps] = [
      await gradientOf(await unrolled()),
      await gradientOf(await byAdjoint({ method: "heun:2" })),
    ];
    for (const { moved } of [whole, steps]) {
      expect(Array.from(moved["field.2.num_batches_tracked"] ?? [])).toEqual([1]);
      expect(Array.from(moved["inlet.0.num_batches_tracked"] ?? [])).toEqual([1]);
      expect(Math.hypot(...(moved["field.2.running_mean"] ?? []))).toBeGreaterThan(0.001);
    }
    const mean = "field.2.running_mean";
    expect(relativeDifference(steps.moved[mean] ?? [], whole.moved[mean] ?? [])).toBeLessThan(0.05);
  });

  test.each([
    ["with", tinyArchitecture],
    ["without", plainArchitecture],
  ] as const)(
    "the continuous adjoint of a tight solve agrees with the discrete gradient, %s normalization inside f",
    async (_, architecture) => {
      const tight = { method: "dopri5@1e-8" };
      const discrete = await gradientOf(await byAdjoint(tight, architecture));
      const continuous = await gradientOf(await byAdjoint({ ...tight, adjoint: "continuous" }, architecture));
      for (const [name, moved] of Object.entries(discrete.moved))
        expect(relativeDifference(continuous.moved[name] ?? [], moved), name).toBeLessThan(1e-5);
    },
  );
});
