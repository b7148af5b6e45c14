import { describe, expect, test } from "vitest";
import { runTraining, type TrainingTask } from "../../../../src/optim/internal.js";
import { essence, played, toy, toyPlan } from "./toy.js";

const plan = { ...toyPlan, patience: 3, spacing: { points: 100, validations: 100, each: "phase" } as const };

/** Two phases, validated after every iteration, that look like this from outside. */
function seen(scores: readonly number[], gaps: readonly (number | undefined)[], first = 8): TrainingTask {
  const { task } = toy({ iterations: [first, scores.length - first] });
  let asked = 0;
  return {
    ...task,
    validate: async () => {
      const at = asked++;
      return { score: [scores[at] ?? 9], metrics: {}, gap: gaps[at] };
    },
  };
}

const rising = [5, 2, 3, 4, 5, 6, 7, 8, 9, 9];

describe("an early end of a phase", () => {
  test("comes after so many validations without a better one, where the gap has grown by half; the next phase follows", async () => {
    const { task, diary } = toy({ iterations: [8, 2] });
    let asked = 0;
    const learnsByHeart: TrainingTask = {
      ...task,
      validate: async () => {
        const at = asked++;
        return { score: [rising[at] ?? 9], metrics: {}, gap: 1 + 0.3 * at };
      },
    };
    const outcome = await runTraining(learnsByHeart, plan);
    // Best at the second look, then three in vain: gaps 1.6, 1.9 and 2.2 after 1 at first.
    expect(outcome).toMatchObject({ status: "complete", iterations: 7, spared: 3, best: { score: [2] } });
    expect(outcome.curve.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 9, 10]);
    expect(diary.handovers).toHaveLength(2);
  });

  test.each<[string, readonly (number | undefined)[], number | undefined]>([
    ["where validation keeps pace with what is learned from", rising.map(() => 1.4), 3],
    ["where nobody knows the gap", rising.map(() => undefined), 3],
    ["where nobody asked for it", rising.map((_, i) => 1 + i), undefined],
    ["where fewer validations were in vain", rising.map((_, i) => 1 + i), 7],
  ])("does not come %s", async (_, gaps, patience) => {
    const outcome = await runTraining(seen(rising, gaps), { ...plan, patience });
    expect(outcome).toMatchObject({ iterations: 10, spared: 0 });
  });

  test("is remembered: a training that goes on from any checkpoint ends alike", async () => {
    const gap = (at: number): number => 1 + 0.3 * at;
    const whole = await played(
      seen(
        rising,
        rising.map((_, at) => gap(at)),
      ),
      plan,
    );
    expect(whole.outcome.spared).toBe(3);
    for (const checkpoint of whole.checkpoints) {
      const looks = checkpoint.curve.length;
      const { task } = toy({ iterations: [8, 2] });
      let asked = looks;
      const rest: TrainingTask = {
        ...task,
        validate: async () => {
          const at = asked++;
          return { score: [rising[at] ?? 9], metrics: {}, gap: gap(at) };
        },
      };
      const { outcome } = await played(rest, { ...plan, checkpoint });
      expect(essence(outcome)).toEqual(essence(whole.outcome));
    }
  });
});
