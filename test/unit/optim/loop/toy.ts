import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../../../src/optim/index.js";
import {
  runTraining,
  type Trainer,
  type TrainerPhase,
  type TrainingOutcome,
  type TrainingTask,
} from "../../../../src/optim/internal.js";
import type { LoopPlan } from "../../../../src/optim/loop/plan.js";
import type { NamedTensors, RunContext } from "../../../../src/runtime/index.js";
import { fail, fromNumbers, item, Random, type Tensor } from "../../../../src/tensor/index.js";

/** What a toy does beside learning, and what the test hears of it. */
export interface ToyOptions {
  /** Iterations over all phases, from 1, whose loss is NaN. */
  readonly broken?: (iteration: number) => boolean;
  /** Called wherever the loop calls the toy. */
  readonly onPlace?: (place: string) => void;
  /** Iteration over all phases, from 1, whose mini-batch is never ready. */
  readonly unready?: number;
  readonly iterations?: readonly number[];
}

/** What the toy saw. */
export interface ToyDiary {
  readonly rates: number[];
  readonly handovers: { readonly best: number; readonly last: number }[];
  readonly validated: number[];
  open: number;
}

const tensorOf = (value: number): Tensor => fromNumbers([value], [1], "float64");
const numberIn = (tensors: NamedTensors, name: string): number => item(tensors[name] as Tensor);

/** One number w with momentum, drawn to 3 by noisy steps: everything that a resumed training may get wrong. */
export function toy({ broken = () => false, onPlace, unready, iterations = [7, 5] }: ToyOptions = {}): {
  readonly task: TrainingTask;
  readonly diary: ToyDiary;
} {
  const diary: ToyDiary = { rates: [], handovers: [], validated: [], open: 0 };
  const phases = iterations.map((count, p): TrainerPhase => {
    const before = iterations.slice(0, p).reduce((sum, n) => sum + n, 0);
    return {
      name: `phase ${p}`,
      stage: p === 0 ? "learning" : "polishing",
      iterations: count,
      learningRate: (iteration) => 0.2 / (1 + p + iteration),
      start: async ({ best, last }) => {
        onPlace?.("start");
        diary.open++;
        diary.handovers.push({ best: numberIn(best, "w"), last: numberIn(last, "w") });
        let [w, momentum, taken] = [numberIn(last, "w"), 0, 0];
        const trainer: Trainer = {
          step: async (iteration, rate) => {
            onPlace?.("step");
            const number = before + iteration + 1;
            if (number === unready) throw fail("INTERRUPTED", { what: "toy" });
            diary.rates.push(rate);
            await Promise.resolve();
            onPlace?.("stepped");
            if (broken(number)) return { loss: Number.NaN, taken: false, metrics: { nfe: Number.NaN } };
            const pull = w - 3 + new Random(number).normal();
            momentum = 0.9 * momentum + pull;
            w -= rate * momentum;
            taken++;
            return { loss: pull * pull, taken: true, metrics: { nfe: 10 + taken } };
          },
          values: () => ({ w: tensorOf(w) }),
          state: () => ({ w: tensorOf(w), momentum: tensorOf(momentum), taken: tensorOf(taken) }),
          restore: (state) => {
            [w, momentum, taken] = ["w", "momentum", "taken"].map((name) => numberIn(state, name)) as [
              number,
              number,
              number,
            ];
          },
          dispose: async () => {
            diary.open--;
          },
        };
        return trainer;
      },
    };
  });
  const task: TrainingTask = {
    initial: { w: tensorOf(0) },
    phases,
    validate: async (values) => {
      onPlace?.("validate");
      const error = Math.abs(numberIn(values, "w") - 3);
      diary.validated.push(error);
      return { score: [error], metrics: { error } };
    },
  };
  return { task, diary };
}

export const toyPlan: LoopPlan = {
  ...{ what: "toy", advice: "play on", settings: "a toy" },
  spacing: { points: 6, validations: 3, each: "run" },
};

/** A training with its checkpoints, which went through their file. */
export async function played(
  task: TrainingTask,
  plan: Partial<LoopPlan> = {},
  context: RunContext = {},
): Promise<{ readonly outcome: TrainingOutcome; readonly checkpoints: Checkpoint[] }> {
  const checkpoints: Checkpoint[] = [];
  const onCheckpoint = async (checkpoint: Checkpoint): Promise<void> => {
    checkpoints.push(decodeCheckpoint(encodeCheckpoint(checkpoint), "checkpoint"));
    await plan.onCheckpoint?.(checkpoint);
  };
  return { outcome: await runTraining(task, { ...toyPlan, ...plan, onCheckpoint }, context), checkpoints };
}

/** All but the time it took. */
export const essence = ({ seconds: _, ...rest }: TrainingOutcome): Omit<TrainingOutcome, "seconds"> => rest;
