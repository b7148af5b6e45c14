import { beforeAll, describe, expect, test } from "vitest";
import { meanNegative } from "../../../../src/models/flow/flow-density.js";
import {
  compileFlowDensity,
  type FlowData,
  logisticBase,
  normalBase,
  type TrainedFlow,
  tableData,
} from "../../../../src/models/index.js";
import { fixed, heun } from "../../../../src/ode/index.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../../../src/optim/index.js";
import type { ProgressEvent } from "../../../../src/runtime/index.js";
import { fromNumbers, Random, type Tensor } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { type FlowCase, flowOf } from "../../../helpers/flow-training.js";
import { gaussianData, normals, smallField } from "../../../helpers/flows.js";

const data = gaussianData([1, -0.5], 0.6);
/** The same, for trainings so hot that a solve takes hundreds of steps, or breaks. */
const fewer: FlowData = { ...data, validation: data.heldOut(20) };
const matching = { objective: "flow-matching", iterations: 301, learningRate: 1e-2, batch: 32 } as const;
const likelihood = {
  objective: "maximum-likelihood",
  iterations: 110,
  learningRate: 5e-3,
  batch: 16,
  likelihood: { solver: { method: "heun:2" }, estimator: "hutchinson", kinetic: 0.1 },
} as const;
/** 411 iterations: blocks of 2, so that the border of the phases, at 301, cuts one. */
const small: FlowCase = {
  ...{ data, phases: [matching, likelihood], network: { hidden: [8] }, validations: 5, seed: 4 },
};

/** A training with all its checkpoints, which went through their file. */
async function recorded(options: FlowCase) {
  const checkpoints: Checkpoint[] = [];
  const onCheckpoint = (checkpoint: Checkpoint): void => {
    checkpoints.push(decodeCheckpoint(encodeCheckpoint(checkpoint), "checkpoint"));
  };
  return { trained: await flowOf({ ...options, onCheckpoint }), checkpoints };
}

const untimed = (checkpoints: readonly Checkpoint[]) => checkpoints.map(({ seconds: _, ...rest }) => rest);

/** Everything of a result but the time it took. */
const essence = ({ flow, seconds: _, ...rest }: TrainedFlow) => ({
  ...rest,
  parameters: flow.field.parameters,
});

describe("a training", () => {
  let whole: Awaited<ReturnType<typeof recorded>>;
  beforeAll(async () => {
    whole = await recorded(small);
  });

  test("resumed from any of its checkpoints ends as if it had never stopped, bit by bit", async () => {
    const { trained, checkpoints } = whole;
    expect(trained.status).toBe("complete");
    expect(checkpoints.map(({ iteration }) => iteration)).toEqual([82, 164, 246, 301, 328, 410, 411]);
    // In the first phase, at the border, in the second, and at the end.
    for (const checkpoint of checkpoints.filter(({ iteration }) =>
      [246, 301, 328, 411].includes(iteration),
    )) {
      const again = await recorded({ ...small, checkpoint });
      expect(essence(again.trained)).toEqual(essence(trained));
      const later = checkpoints.filter(({ iteration }) => iteration > checkpoint.iteration);
      expect(untimed(again.checkpoints)).toEqual(untimed(later));
    }
  });

  test("of sixteen columns too, whose density is an estimate", async () => {
    const wide = gaussianData(new Array<number>(16).fill(0.5), 0.8);
    const phase = { objective: "flow-matching", iterations: 12, learningRate: 1e-2, batch: 16 } as const;
    const options = { ...small, data: wide, phases: [phase], validations: 3 };
    const { trained, checkpoints } = await recorded(options);
    expect(checkpoints).toHaveLength(3);
    for (const checkpoint of checkpoints)
      expect(essence(await flowOf({ ...options, checkpoint }))).toEqual(essence(trained));
  });

  test.each([16, 100])("of a table of %d columns gets better by far", async (d) => {
    // Columns that share most of their spread: a normal of independent columns is far from them.
    const random = new Random(1);
    const points = Array.from({ length: 100 }, () => {
      const common = random.normal();
      return Array.from({ length: d }, () => common + 0.5 * random.normal());
    });
    const table = tableData(fromNumbers(points.flat(), [100, d]), "a table", 1);
    const phases = [{ ...matching, iterations: 150, batch: 128 }];
    const { curve, validationNll } = await flowOf({
      ...{ ...small, data: table, phases, network: { hidden: [32] }, validations: 75 },
    });
    const [first = Number.NaN] = curve.flatMap(({ nll }) => (nll === undefined ? [] : [nll]));
    expect(curve.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect((first - validationNll) / d).toBeGreaterThan(0.2);
  });

  test.each([163, 164, 320])("stopped at iteration %d goes on bit by bit", async (stop) => {
    const abort = new AbortController();
    const counted: FlowData = {
      ...data,
      batch: (count, random) => {
        drawn++;
        if (drawn === stop) abort.abort();
        return data.batch(count, random);
      },
    };
    let drawn = 0;
    const { trained, checkpoints } = await recorded({ ...small, data: counted, signal: abort.signal });
    expect(trained).toMatchObject({ status: "interrupted", iterations: stop });
    const checkpoint = checkpoints.at(-1) as Checkpoint;
    expect(checkpoint.iteration).toBe(stop);
    expect(essence(await flowOf({ ...small, checkpoint }))).toEqual(essence(whole.trained));
  });

  test("solves by the method among its inputs, before that of the spec", async () => {
    const spelled = (method: string) => ({
      ...likelihood,
      iterations: 4,
      likelihood: { solver: { method } },
    });
    const named = { ...small, phases: [spelled("heun:2")], validations: 2 };
    const given = {
      ...small,
      phases: [spelled("euler:1")],
      validations: 2,
      solver: fixed(heun, { steps: 2 }),
    };
    const [one, other] = [await recorded(named), await recorded(given)];
    expect(essence(other.trained)).toEqual(essence(one.trained));
    // No spelling says this one.
    const own = { ...given, solver: fixed({ ...heun, name: "own" }, { steps: 3 }) };
    const { trained, checkpoints } = await recorded(own);
    expect(trained.curve.map(({ nfe }) => nfe)).toEqual([6, 6, 6, 6]);
    await expect(flowOf({ ...given, checkpoint: checkpoints[0] })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "checkpoint" },
    });
  });

  test("begins the learning rate anew in every phase, from the averaged parameters of the one before", async () => {
    const phase = { ...matching, iterations: 30, batch: 8 };
    const { checkpoints } = await recorded({ ...small, phases: [phase, phase], validations: 2 });
    const at = (iteration: number, row: string): Record<string, Tensor> => {
      const { trainer = {} } = checkpoints.find((each) => each.iteration === iteration) ?? {};
      return Object.fromEntries(
        Object.entries(trainer).flatMap(([name, value]) =>
          name.startsWith(`${row}.`) ? [[name.slice(row.length + 1), value]] : [],
        ),
      );
    };
    const moved = (a: Record<string, Tensor>, b: Record<string, Tensor>): number =>
      Math.max(
        ...Object.entries(a).map(([name, value]) =>
          relativeDifference(value.data as Float32Array, b[name]?.data as Float32Array),
        ),
      );
    // Adam moves every weight by about the rate an iteration: some 30 · 0.01/2 over a phase.
    const [first, last] = [at(30, "average"), at(60, "parameters")];
    expect(Object.keys(first).length).toBeGreaterThan(0);
    expect(moved(last, first)).toBeGreaterThan(0.03);
    expect(moved(last, first)).toBeLessThan(0.5);
  });

  test("hands its averaged parameters on to the next phase", async () => {
    const phase = { ...matching, iterations: 30, batch: 8, schedule: "constant" } as const;
    const phases = [phase, { ...phase, learningRate: 1e-12 }];
    const { checkpoints } = await recorded({ ...small, phases, validations: 2 });
    const [first, second] = checkpoints;
    for (const name of Object.keys(first?.best?.values ?? {})) {
      const handedOn = first?.trainer[`average.${name}`]?.data as Float32Array;
      expect(
        relativeDifference(second?.trainer[`parameters.${name}`]?.data as Float32Array, handedOn),
      ).toBeLessThan(1e-6);
      expect(first?.trainer[`parameters.${name}`]?.data).not.toEqual(handedOn);
    }
    expect(checkpoints).toHaveLength(2);
  });

  test("repeats bit by bit with its seed, and not with another", async () => {
    const options = { ...small, phases: [{ ...matching, iterations: 20 }] };
    const [a, b] = [await flowOf(options), await flowOf(options)];
    expect(essence(a)).toEqual(essence(b));
    expect((await flowOf({ ...options, seed: 5 })).flow.field.parameters).not.toEqual(
      a.flow.field.parameters,
    );
  });

  test("keeps the parameters that did best on validation data", async () => {
    const learningRate = 3;
    const phases = [{ ...matching, iterations: 60, learningRate, schedule: "constant" }] as const;
    const { curve, validationNll, flow } = await flowOf({ ...small, phases, validations: 12 });
    const measured = curve.flatMap(({ nll }) => (nll === undefined ? [] : [nll]));
    expect(measured).toHaveLength(12);
    expect(validationNll).toBe(Math.min(...measured));
    // So hot a training does not end at its best.
    expect(measured.at(-1)).toBeGreaterThan(validationNll);
    const density = await compileFlowDensity(flow);
    expect(meanNegative((await density.run(data.validation)).values)).toBe(validationNll);
    await density.dispose();
  });

  test("learns: both objectives bring the NLL of a shifted Gaussian near its entropy", async () => {
    const entropy = Math.log(2 * Math.PI * Math.E * 0.36);
    const phases = [
      { ...matching, iterations: 500, batch: 128 },
      { ...likelihood, iterations: 60, batch: 128 },
    ];
    const { validationNll, curve } = await flowOf({ ...small, phases, network: { hidden: [16] } });
    expect(validationNll - entropy).toBeLessThan(0.12);
    expect(validationNll - entropy).toBeGreaterThan(-0.12);
    expect(curve.map(({ objective }) => objective)).toContain("maximum-likelihood");
    const solved = curve.filter(({ nfe }) => nfe !== undefined);
    expect(new Set(solved.map(({ nfe }) => nfe))).toEqual(new Set([4]));
    expect(new Set(solved.map(({ objective }) => objective))).toEqual(new Set(["maximum-likelihood"]));
  });

  test("may go on from a field, and reports its progress over all phases", async () => {
    const field = smallField(2);
    const iterations: number[] = [];
    const onProgress = ({ stage, done, total, metrics }: ProgressEvent): void => {
      iterations.push(metrics?.iteration ?? Number.NaN);
      expect([stage, done, total]).toEqual(
        iterations.length <= 5
          ? ["training (flow matching)", iterations.length, 5]
          : ["training (maximum likelihood)", iterations.length - 5, 3],
      );
    };
    const phases = [
      { ...matching, iterations: 5, learningRate: 1e-12 },
      { ...likelihood, iterations: 3, learningRate: 1e-12 },
    ];
    const { flow, curve } = await flowOf({ ...small, phases, field, base: logisticBase, onProgress });
    expect(iterations).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(curve.map(({ iteration }) => iteration)).toEqual(iterations);
    expect(flow.base.name).toBe("logistic");
    expect(flow.field.parameters).toEqual(field.parameters);
  });
});

describe("a training that is stopped", () => {
  test("before it begins does one iteration and says so", async () => {
    const result = await flowOf({ ...small, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: "interrupted", iterations: 1 });
    expect(Number.isFinite(result.validationNll)).toBe(true);
  });

  test("keeps the best so far", async () => {
    const abort = new AbortController();
    const onProgress = ({ done }: ProgressEvent): void => {
      if (done >= 200) abort.abort();
    };
    const result = await flowOf({ ...small, onProgress, signal: abort.signal });
    const untrained = await flowOf({ ...small, signal: AbortSignal.abort() });
    expect(result.status).toBe("interrupted");
    expect(result.iterations).toBeLessThan(210);
    expect(result.validationNll).toBeLessThan(untrained.validationNll - 0.3);
    expect(result.curve.at(-1)?.nll).toBeTypeOf("number");
  });

  test("at its very end is complete", async () => {
    const abort = new AbortController();
    const phases = [{ ...matching, iterations: 3 }];
    const onProgress = ({ done }: ProgressEvent): void => {
      if (done === 3) abort.abort();
    };
    expect((await flowOf({ ...small, phases, onProgress, signal: abort.signal })).status).toBe("complete");
  });
});

describe("a training that cannot go well", () => {
  const broken: FlowData = {
    ...data,
    batch: (count) => fromNumbers(new Float32Array(2 * count).fill(Number.NaN), [count, 2]),
  };

  test.each([matching, likelihood])(
    "on NaN ends after twenty skipped iterations: $objective",
    async (phase) => {
      await expect(flowOf({ ...small, data: broken, phases: [phase] })).rejects.toMatchObject({
        code: "NON_FINITE",
        facts: { what: "training, iteration 21" },
      });
    },
  );

  test("on NaN now and then skips it", async () => {
    let drawn = 0;
    const flaky: FlowData = {
      ...data,
      batch: (count, random) => (drawn++ % 3 === 1 ? broken.batch(count, random) : data.batch(count, random)),
    };
    const phases = [
      { ...matching, iterations: 40 },
      { ...likelihood, iterations: 40 },
    ];
    const { status, curve } = await flowOf({ ...small, data: flaky, phases });
    expect(status).toBe("complete");
    // Blocks of one iteration: those that were skipped have no loss.
    expect(curve.filter(({ loss }) => Number.isNaN(loss)).map(({ iteration }) => iteration % 3)).toEqual(
      new Array(27).fill(2),
    );
  });

  test("so hot that its densities cannot be solved keeps the best from before, or the first, and says NaN", async () => {
    const phases = [
      { ...matching, iterations: 100 },
      { ...matching, iterations: 30, learningRate: 30, schedule: "constant" },
    ] as const;
    const unbounded = { maxSpeed: null, inputBound: null };
    const network = { hidden: [16], activation: "relu", ...unbounded } as const;
    const { curve, validationNll, flow } = await flowOf({
      ...{ ...small, data: fewer, phases, network, validations: 3 },
    });
    const measured = curve.filter(({ nll }) => nll !== undefined);
    expect(measured.some(({ nll }) => Number.isNaN(nll))).toBe(true);
    const sane = measured.flatMap(({ nll = Number.NaN }) => (Number.isNaN(nll) ? [] : [nll]));
    expect(validationNll).toBe(Math.min(...sane));
    const density = await compileFlowDensity(flow);
    expect(meanNegative((await density.run(fewer.validation)).values)).toBe(validationNll);
    await density.dispose();
  });

  test.each(["ends", "is stopped"])("is an error when no validation was solved until it %s", async (how) => {
    const phases = [{ ...matching, iterations: 30, learningRate: 1e3, schedule: "constant" }] as const;
    const unbounded = { maxSpeed: null, inputBound: null };
    const network = { hidden: [16], activation: "relu", ...unbounded } as const;
    const abort = new AbortController();
    const onProgress = ({ done }: ProgressEvent): void => {
      if (how === "is stopped" && done === 12) abort.abort();
    };
    const options = {
      ...small,
      data: fewer,
      phases,
      network,
      validations: 3,
      onProgress,
      signal: abort.signal,
    };
    const checkpoints: Checkpoint[] = [];
    const onCheckpoint = (checkpoint: Checkpoint): void => void checkpoints.push(checkpoint);
    const stopped = how === "is stopped";
    await expect(flowOf({ ...options, onCheckpoint })).rejects.toMatchObject({
      code: "NON_FINITE",
      facts: {
        what: stopped ? "training, 12 iterations" : "training, 30 iterations",
        received: stopped ? "none in 2 validations" : "none in 3 validations",
      },
    });
    // Where a later validation may succeed, the training can go on.
    expect(checkpoints).toHaveLength(stopped ? 2 : 3);
  });

  test.each([
    ["phases", { phases: [] }],
    ["phases[0].iterations", { phases: [{ ...matching, iterations: 0 }] }],
    ["phases[1].iterations", { phases: [matching, { ...matching, iterations: 1.5 }] }],
    ["phases[0].batch", { phases: [{ ...matching, batch: 0 }] }],
    ["phases[0].learningRate", { phases: [{ ...matching, learningRate: Number.NaN }] }],
    ["phases[0].learningRate", { phases: [{ ...matching, learningRate: 0 }] }],
    ["validations", { validations: 0 }],
    ["validations", { validations: Number.NaN }],
  ] satisfies [string, Partial<FlowCase>][])("is refused for its %s", async (what, wrong) => {
    await expect(flowOf({ ...small, ...wrong })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what },
    });
  });
});

describe("a checkpoint", () => {
  const short: FlowCase = { ...small, phases: [{ ...matching, iterations: 6 }], validations: 3 };
  const some = async (): Promise<Checkpoint> => (await recorded(short)).checkpoints[0] as Checkpoint;

  test.each([
    ["seed", { seed: 5 }],
    ["data", { data: gaussianData([1, -0.4], 0.6) }],
    ["phases", { phases: [{ ...matching, iterations: 7 }] }],
    ["learning rate", { phases: [{ ...matching, iterations: 6, learningRate: 2e-2 }] }],
    ["network", { network: { hidden: [9] } }],
    ["base", { base: logisticBase }],
    ["validations", { validations: 2 }],
  ] satisfies [string, Partial<FlowCase>][])("of another %s is refused", async (_, other) => {
    const checkpoint = await some();
    await expect(flowOf({ ...short, ...other, checkpoint })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "checkpoint" },
    });
  });

  test("fits when a default is written out", async () => {
    const checkpoint = await some();
    const { seed: _, validations: _v, ...rest } = short;
    const plain = await recorded(rest);
    const again = await flowOf({
      ...{ ...rest, base: normalBase, seed: 0, validations: 24 },
      checkpoint: plain.checkpoints[2] as Checkpoint,
    });
    expect(essence(again)).toEqual(essence(plain.trained));
    expect(checkpoint.iteration).toBe(2);
  });

  test("whose trainer lacks a tensor, or has one of another shape, is refused when it is restored", async () => {
    const checkpoint = await some();
    const [name = ""] = Object.keys(checkpoint.trainer).filter((each) => each.startsWith("m."));
    const { [name]: lost, ...fewer } = checkpoint.trainer;
    expect(lost).toBeDefined();
    const misshapen = { ...checkpoint.trainer, [name]: normals(1, 1, new Random(1).seed) };
    const { best } = checkpoint;
    if (best === undefined) throw new Error("nothing was validated");
    const [weight = ""] = Object.keys(best.values);
    const { [weight]: missed, ...few } = best.values;
    expect(missed).toBeDefined();
    await expect(
      flowOf({ ...short, checkpoint: { ...checkpoint, best: { ...best, values: few } } }),
    ).rejects.toMatchObject({ code: "INVALID_ARGUMENT", facts: { what: "checkpoint: best values" } });
    for (const trainer of [fewer, misshapen]) {
      await expect(flowOf({ ...short, checkpoint: { ...checkpoint, trainer } })).rejects.toMatchObject({
        code: expect.stringMatching(/INVALID_ARGUMENT|SHAPE_MISMATCH/),
      });
    }
  });
});
