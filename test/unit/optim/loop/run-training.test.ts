import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../../../src/optim/index.js";
import { runTraining, type TrainingTask, type Verdict } from "../../../../src/optim/internal.js";
import type { ProgressEvent } from "../../../../src/runtime/index.js";
import { fail, fromNumbers } from "../../../../src/tensor/index.js";
import { essence, played, toy, toyPlan } from "./toy.js";

describe("the curve", () => {
  test("holds means over the steps that were taken: one NaN spoils no block", async () => {
    const clean = await runTraining(toy({ iterations: [12] }).task, toyPlan);
    const { curve } = await runTraining(
      toy({ iterations: [12], broken: (iteration) => iteration === 4 }).task,
      toyPlan,
    );
    // Blocks of two. The step before the broken one is that of a clean training.
    expect(curve.map(({ iteration }) => iteration)).toEqual([2, 4, 6, 8, 10, 12]);
    expect(curve[0]).toEqual(clean.curve[0]);
    const alone = await runTraining(toy({ iterations: [12] }).task, {
      ...toyPlan,
      spacing: { ...toyPlan.spacing, points: 12 },
    });
    expect(curve[1]?.loss).toBe(alone.curve[2]?.loss);
    expect(curve[1]?.metrics.nfe).toBe(13);
    expect(clean.curve[1]?.metrics.nfe).toBe(13.5);
    expect(curve.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });

  test("says NaN where no step of a block was taken", async () => {
    const { task } = toy({ iterations: [12], broken: (iteration) => iteration === 3 || iteration === 4 });
    const { curve } = await runTraining(task, toyPlan);
    expect(curve[1]).toMatchObject({ iteration: 4, loss: Number.NaN, metrics: {} });
  });

  test("has the learning rates of its iterations, counted anew in every phase", async () => {
    const { task, diary } = toy();
    const { curve } = await runTraining(task, toyPlan);
    const expected = [...Array(7).keys()].map((i) => 0.2 / (1 + i));
    expected.push(...[...Array(5).keys()].map((i) => 0.2 / (2 + i)));
    expect(diary.rates).toEqual(expected);
    for (const { iteration, learningRate } of curve) expect(learningRate).toBe(expected[iteration - 1]);
    expect(curve.map(({ phase }) => phase)).toEqual([
      ...["phase 0", "phase 0", "phase 0", "phase 0"],
      ...["phase 1", "phase 1", "phase 1"],
    ]);
  });
});

describe("skipped steps", () => {
  test("are forgiven up to twenty in a row", async () => {
    const { task } = toy({ iterations: [60], broken: (iteration) => iteration % 21 !== 0 });
    const { status, iterations } = await runTraining(task, toyPlan);
    expect([status, iterations]).toEqual(["complete", 60]);
  });

  test("end the training after twenty-one, and its trainer is disposed of", async () => {
    const { task, diary } = toy({ iterations: [60], broken: (iteration) => iteration > 10 });
    await expect(runTraining(task, toyPlan)).rejects.toMatchObject({
      code: "NON_FINITE",
      facts: { what: "toy, iteration 31", received: "NaN, 21 times in a row", help: "play on" },
    });
    expect(diary.open).toBe(0);
  });

  test("are counted across a break", async () => {
    const broken = (iteration: number): boolean => iteration > 1;
    const { task } = toy({ iterations: [60], broken });
    const checkpoints: Checkpoint[] = [];
    const plan = { ...toyPlan, spacing: { ...toyPlan.spacing, points: 60, validations: 6 } };
    const onCheckpoint = (checkpoint: Checkpoint): void => void checkpoints.push(checkpoint);
    await expect(runTraining(task, { ...plan, onCheckpoint })).rejects.toThrow("iteration 22");
    const checkpoint = checkpoints.at(-1) as Checkpoint;
    expect([checkpoint.iteration, checkpoint.skipped]).toEqual([20, 19]);
    await expect(
      runTraining(toy({ iterations: [60], broken }).task, { ...plan, checkpoint }),
    ).rejects.toThrow("iteration 22");
  });
});

describe("validations", () => {
  const validated = async (iterations: number[], each: "run" | "phase"): Promise<number[]> => {
    const { task } = toy({ iterations });
    const { curve } = await runTraining(task, {
      ...toyPlan,
      spacing: { points: 10, validations: 4, each },
    });
    return curve.filter(({ validated }) => validated).map(({ iteration }) => iteration);
  };

  test("are spaced over the whole run, and at the end of every phase", async () => {
    expect(await validated([43], "run")).toEqual([8, 16, 24, 32, 40, 43]);
    expect(await validated([30, 13], "run")).toEqual([8, 16, 24, 30, 32, 40, 43]);
    expect(await validated([3], "run")).toEqual([1, 2, 3]);
  });

  test("or over each phase by itself", async () => {
    expect(await validated([43], "phase")).toEqual(await validated([43], "run"));
    expect(await validated([40, 8], "phase")).toEqual([8, 16, 24, 32, 40, 42, 44, 46, 48]);
  });

  /** Validation that says what it is told, and values that are the number of their validation. */
  const judged = (verdicts: readonly Verdict["score"][], keepsInitial = false): TrainingTask => {
    const { task } = toy({ iterations: [verdicts.length - (keepsInitial ? 1 : 0)] });
    let asked = 0;
    return {
      ...task,
      keepsInitial,
      validate: async () => {
        const score = verdicts[asked++];
        return { score, metrics: { asked } };
      },
    };
  };
  const often = { ...toyPlan, spacing: { points: 100, validations: 100, each: "run" } as const };

  test.each<[string, readonly Verdict["score"][], number | undefined]>([
    ["the smallest", [[3], [1], [2]], 2],
    ["the first of equals", [[2], [1], [1]], 2],
    [
      "by the second number where the first is equal",
      [
        [1, 5],
        [1, 4],
        [1, 6],
        [2, 0],
      ],
      2,
    ],
    ["nothing that broke", [undefined, [7], undefined], 2],
    ["nothing where all broke", [undefined, undefined], undefined],
    ["infinity rather than nothing", [[Number.POSITIVE_INFINITY], undefined], 1],
    ["no NaN in place of a number", [[2], [Number.NaN], [1]], 3],
    ["no NaN for want of a number", [[Number.NaN], [1]], 2],
  ])("keep %s", async (_, verdicts, kept) => {
    const { best, curve } = await runTraining(judged(verdicts), often);
    expect(best?.metrics.asked).toBe(kept);
    expect(curve.map(({ metrics }) => metrics.asked)).toEqual(verdicts.map((_score, i) => i + 1));
  });

  test("begin with the first values where those compete", async () => {
    const { best } = await runTraining(judged([[1], [2], [3]], true), often);
    expect(best?.metrics.asked).toBe(1);
    expect(best?.values.w?.data[0]).toBe(0);
  });

  test("keep the last values that have a score, where the task wants these", async () => {
    const task = { ...judged([[1], [3], undefined]), keeps: "last" as const };
    const { best } = await runTraining(task, often);
    expect(best?.score).toEqual([3]);
    expect(best?.metrics).toEqual({ asked: 2 });
  });

  test("decide what the next phase may begin with", async () => {
    const { task, diary } = toy();
    const { curve } = await runTraining(task, toyPlan);
    const [, second] = diary.handovers;
    const errors = curve.flatMap(({ phase, metrics }) => (phase === "phase 0" ? [metrics.error] : []));
    const until = errors.filter((error) => error !== undefined);
    expect(Math.abs((second?.best ?? 0) - 3)).toBe(Math.min(...until));
    expect(Math.abs((second?.last ?? 0) - 3)).toBe(until.at(-1));
  });
});

describe("a resumed training", () => {
  test("ends as without the break, bit by bit, from every checkpoint", async () => {
    const broken = (iteration: number): boolean => iteration % 4 === 3;
    const whole = await played(toy({ broken }).task);
    expect(whole.checkpoints.map(({ iteration }) => iteration)).toEqual([4, 7, 8, 12]);
    for (const checkpoint of whole.checkpoints) {
      const { task, diary } = toy({ broken });
      const again = await played(task, { checkpoint });
      expect(essence(again.outcome)).toEqual(essence(whole.outcome));
      expect(diary.rates).toHaveLength(12 - checkpoint.iteration);
      expect(diary.open).toBe(0);
    }
  });

  test("that is complete does nothing", async () => {
    const whole = await played(toy().task);
    const { task, diary } = toy();
    const checkpoint = whole.checkpoints.at(-1) as Checkpoint;
    const again = await runTraining({ ...task, keepsInitial: true }, { ...toyPlan, checkpoint });
    expect(essence(again)).toEqual(essence(whole.outcome));
    expect(diary).toEqual({ rates: [], handovers: [], validated: [], open: 0 });
  });

  test("counts the seconds of all sessions", async () => {
    let time = 0;
    const clock = (): number => {
      time += 1000;
      return time;
    };
    const { outcome, checkpoints } = await played(toy().task, {}, { clock });
    const [first] = checkpoints;
    expect(first?.seconds).toBeGreaterThan(0);
    expect(outcome.seconds).toBeGreaterThan(checkpoints.at(-1)?.seconds ?? Number.POSITIVE_INFINITY);
    const checkpoint = { ...(first as Checkpoint), seconds: 5000 };
    const { seconds } = await runTraining(toy().task, { ...toyPlan, checkpoint }, { clock });
    expect(seconds).toBeGreaterThan(5000);
    expect(seconds).toBeLessThan(5000 + outcome.seconds);
  });

  test("refuses the checkpoint of another training", async () => {
    const { checkpoints } = await played(toy().task);
    const checkpoint = checkpoints[0] as Checkpoint;
    await expect(
      runTraining(toy().task, { ...toyPlan, settings: "another toy", checkpoint }),
    ).rejects.toMatchObject({ code: "INVALID_ARGUMENT", facts: { what: "checkpoint", received: "a toy" } });
    const initial = { w: fromNumbers([0, 0], [2], "float64") };
    await expect(runTraining({ ...toy().task, initial }, { ...toyPlan, checkpoint })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { received: "w float64[1]" },
    });
  });
});

describe("an interrupted training", () => {
  test("at any place ends with its best, and goes on bit by bit", async () => {
    const places: string[] = [];
    const whole = await played(toy({ onPlace: (place) => places.push(place) }).task);
    expect(new Set(places)).toEqual(new Set(["start", "step", "stepped", "validate"]));
    for (let place = 1; place <= places.length; place++) {
      const abort = new AbortController();
      let seen = 0;
      const onPlace = (): void => {
        if (++seen === place) abort.abort();
      };
      const { task, diary } = toy({ onPlace });
      const { outcome, checkpoints } = await played(task, {}, { signal: abort.signal });
      expect(diary.open).toBe(0);
      expect(outcome.best).toBeDefined();
      // The last values are among those that competed.
      expect(outcome.curve.at(-1)).toMatchObject({ iteration: outcome.iterations, validated: true });
      const errors = outcome.curve.flatMap(({ metrics: { error } }) => (error === undefined ? [] : [error]));
      expect(outcome.best?.score).toEqual([Math.min(...errors)]);
      expect(outcome.status).toBe(outcome.iterations < 12 ? "interrupted" : "complete");
      const checkpoint = checkpoints.at(-1) as Checkpoint;
      expect(checkpoint.iteration).toBe(outcome.iterations);
      const resumed = await runTraining(toy().task, { ...toyPlan, checkpoint });
      expect(essence(resumed)).toEqual(essence(whole.outcome));
    }
  });

  test("by whoever hears of its progress or keeps its checkpoints stops there", async () => {
    for (const stop of [2, 6, 7, 10]) {
      const abort = new AbortController();
      const onProgress = ({ metrics }: ProgressEvent): void => {
        if (metrics?.iteration === stop) abort.abort();
      };
      const { outcome } = await played(toy().task, {}, { signal: abort.signal, onProgress });
      expect(outcome.iterations).toBe(stop);
    }
    for (const stop of [4, 7, 8]) {
      const abort = new AbortController();
      const onCheckpoint = ({ iteration }: Checkpoint): void => {
        if (iteration === stop) abort.abort();
      };
      const { outcome, checkpoints } = await played(toy().task, { onCheckpoint }, { signal: abort.signal });
      expect(outcome.iterations).toBe(stop);
      expect(checkpoints.at(-1)?.iteration).toBe(stop);
    }
  });

  test("before it begins does one iteration, unless the first values will do", async () => {
    const signal = AbortSignal.abort();
    expect(await runTraining(toy().task, toyPlan, { signal })).toMatchObject({
      ...{ status: "interrupted", iterations: 1 },
      curve: [{ iteration: 1, validated: true }],
    });
    const { task, diary } = toy();
    const outcome = await runTraining({ ...task, keepsInitial: true }, toyPlan, { signal });
    expect(outcome).toMatchObject({ status: "interrupted", iterations: 0, curve: [], best: { score: [3] } });
    expect(diary.rates).toEqual([]);
  });

  test("in the middle of an iteration leaves that out", async () => {
    const abort = new AbortController();
    let steps = 0;
    const onPlace = (place: string): void => {
      if (place === "step" && ++steps === 6) abort.abort();
    };
    const { task } = toy({ onPlace, unready: 6 });
    const { outcome, checkpoints } = await played(task, {}, { signal: abort.signal });
    expect(outcome).toMatchObject({ status: "interrupted", iterations: 5 });
    const checkpoint = checkpoints.at(-1) as Checkpoint;
    const [resumed, whole] = [await played(toy().task, { checkpoint }), await played(toy().task)];
    expect(essence(resumed.outcome)).toEqual(essence(whole.outcome));
  });

  test("by nobody is an error", async () => {
    const { task, diary } = toy({ unready: 6 });
    await expect(runTraining(task, toyPlan)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(diary.open).toBe(0);
  });
});

describe("a checkpoint that cannot be written", () => {
  test("is told once, the next is tried, and the training is what it would have been", async () => {
    const whole = await played(toy().task);
    const warnings: string[] = [];
    const tried: number[] = [];
    const onCheckpoint = ({ iteration }: Checkpoint): void => {
      tried.push(iteration);
      if (iteration < 8) throw fail("FILE_NOT_WRITABLE", { what: "out", received: "no space left" });
    };
    const outcome = await runTraining(
      toy().task,
      { ...toyPlan, onCheckpoint },
      { onWarning: (sentence) => warnings.push(sentence) },
    );
    expect(tried).toEqual([4, 7, 8, 12]);
    expect(essence(outcome)).toEqual(essence(whole.outcome));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /no checkpoint could be written at iteration 4: the toy goes on[\s\S]*no space left/,
    );
  });
});

describe("progress", () => {
  test("counts every phase by itself, with the numbers of the curve", async () => {
    let time = 0;
    const clock = (): number => {
      time += 250;
      return time;
    };
    const events: ProgressEvent[] = [];
    const { curve } = await runTraining(toy().task, toyPlan, {
      ...{ clock, onProgress: (event) => events.push(event) },
    });
    expect(events.map(({ stage, done, total }) => [stage, done, total])).toEqual([
      ...[2, 4, 6, 7].map((done) => ["learning", done, 7]),
      ...[1, 3, 5].map((done) => ["polishing", done, 5]),
    ]);
    for (const [i, { metrics = {} }] of events.entries()) {
      const { iterationsPerSecond, ...rest } = metrics;
      const { iteration, loss, metrics: own } = curve[i] as (typeof curve)[number];
      expect(rest).toEqual({ iteration, loss, ...own });
      expect(iterationsPerSecond).toBeGreaterThan(0);
    }
  });
});
