import { describe, expect, test } from "vitest";
import { runTraining, type TrainingTask } from "../../../../src/optim/internal.js";
import { essence, played, type ToyOptions, toy, toyPlan } from "./toy.js";

const spacing = { points: 100, validations: 100, each: "phase" } as const;
const plan = { ...toyPlan, spacing, lostAt: 10 };

/** Two phases, validated after every iteration, with these scores. */
function scored(scores: readonly number[], looked = 0, options: ToyOptions = {}) {
  const { task, diary } = toy({ iterations: [6, scores.length - 6], ...options });
  let asked = looked;
  const seen: TrainingTask = {
    ...task,
    validate: async (values) => {
      await task.validate(values);
      return { score: [scores[asked++] ?? 9], metrics: {} };
    },
  };
  return { task: seen, diary };
}

/** The third look finds the training lost, the seventh once more, in the other phase. */
const jumping = [4, 2, 25, 3, 3, 1, 11, 2, 2, 2];

describe("a training that is lost", () => {
  test("goes on from the best values at three tenths of the rates of its phase", async () => {
    const { task, diary } = scored(jumping);
    const outcome = await runTraining(task, plan);
    expect(outcome).toMatchObject({ status: "complete", iterations: 10, best: { score: [1] } });
    expect(diary.handovers).toHaveLength(4);
    const off = diary.handovers.map(({ best }) => Math.abs(best - 3));
    expect([off[1], off[3]]).toEqual([diary.validated[1], diary.validated[5]]);
    const usual = (i: number): number => (i < 6 ? 0.2 / (1 + i) : 0.2 / (2 + i - 6));
    const shares = diary.rates.map((rate, i) => rate / usual(i));
    for (const [i, share] of [1, 1, 1, 0.3, 0.3, 0.3, 1, 0.3, 0.3, 0.3].entries())
      expect(shares[i]).toBeCloseTo(share, 12);
    for (const [i, { learningRate }] of outcome.curve.entries())
      expect(learningRate).toBeCloseTo(diary.rates[i] as number, 12);
    expect(diary.open).toBe(0);
  });

  test("ends alike from any checkpoint", async () => {
    const whole = await played(scored(jumping).task, plan);
    expect(whole.checkpoints.map(({ rescues }) => rescues)).toEqual([0, 0, 1, 1, 1, 0, 1, 1, 1, 0]);
    for (const checkpoint of whole.checkpoints) {
      const { task } = scored(jumping, checkpoint.curve.length);
      const { outcome } = await played(task, { ...plan, checkpoint });
      expect(essence(outcome)).toEqual(essence(whole.outcome));
    }
  });

  test.each<[string, number | undefined]>([
    ["nobody asked for it", undefined],
    ["it is not as bad", 13],
  ])("is left alone where %s", async (_, lostAt) => {
    const { task, diary } = scored(jumping);
    await runTraining(task, { ...plan, lostAt });
    expect(diary.handovers).toHaveLength(2);
  });

  test("is found where a loss stays broken, and given up in the end", async () => {
    const many = new Array<number>(60).fill(1);
    const broken = (iteration: number): boolean => iteration > 6 && iteration < 28;
    const { task, diary } = scored(many, 0, { broken });
    expect(await runTraining(task, plan)).toMatchObject({ status: "complete", iterations: 60 });
    // Two phases, and one rescue.
    expect(diary.handovers).toHaveLength(3);
    const hopeless = scored(new Array<number>(200).fill(1), 0, { broken: (iteration) => iteration > 6 });
    await expect(runTraining(hopeless.task, plan)).rejects.toMatchObject({ code: "NON_FINITE" });
    expect(hopeless.diary.handovers).toHaveLength(2 + 5);
  });
});
