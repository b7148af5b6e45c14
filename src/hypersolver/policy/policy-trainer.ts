import { adam, compileTraining, type Training } from "../../optim/index.js";
import type { Trainer, Verdict } from "../../optim/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { fromNumbers, Random, type Tensor } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import { stateErrors } from "../measure/measure.js";
import { mapSamples, type Samples } from "../states/states.js";
import { advantagesOf, policyLoss } from "./policy-loss.js";
import type { CompletePolicy } from "./policy-table.js";
import { type Move, rollOut } from "./rollout.js";
import { judged, type StepPolicy } from "./step-policy.js";
import type { StepWorld } from "./step-world.js";

/** What all iterations share. */
export interface AgentTask {
  readonly world: StepWorld;
  readonly policy: StepPolicy;
  readonly spec: CompletePolicy;
  readonly pool: Pairs;
  /** How many samples of the pool are drawn from. */
  readonly draws: number;
  /** A step that is further off than a state is large is hopeless. */
  readonly largestError: number;
}

/** Samples and where their solutions end; the ends only where the reward asks for them. */
export interface Pairs extends Samples {
  readonly end: Tensor | undefined;
}

/** Rollouts whose moves have the errors of the reward. */
async function lived(
  { world, spec, largestError }: AgentTask,
  policy: StepPolicy,
  samples: Pairs,
  random: Random | undefined,
  context: RunContext,
): Promise<readonly (readonly Move[])[]> {
  const { ends, moves } = await rollOut(world, policy, samples, { span: spec.span, random }, context);
  if (samples.end === undefined) return moves;
  const errors = stateErrors(ends, samples.end).samples;
  return moves.map((own, row) =>
    own.map((move, i) => {
      // A step that broke was set right by the world: it is still a broken one.
      const hopeless = move.error >= largestError ? largestError : 0;
      const atEnd = i === own.length - 1 ? Math.min(errors[row] ?? 0, largestError) : 0;
      return { ...move, error: Math.max(hopeless, atEnd) };
    }),
  );
}

/** One phase: rollouts, then an update. */
export async function agentTrainer(
  task: AgentTask,
  parameters: NamedTensors,
  context: RunContext,
): Promise<Trainer> {
  const { policy, spec, pool } = task;
  const training = await compileTraining(
    {
      parameters,
      batch: {
        seen: { shape: ["batch", policy.statistics.mean.length] },
        taken: { shape: ["batch", policy.actions.length] },
        advantage: { shape: ["batch", 1] },
        target: { shape: ["batch", 1] },
        entropyWeight: { shape: [] },
      },
      loss: (values, { seen, ...batch }) => {
        const { loss, ...metrics } = policyLoss(judged(policy, values, seen), batch);
        return { loss, metrics };
      },
      optimizer: adam(),
      clipNorm: 1,
    },
    machineOf(context),
  );
  return {
    step: async (iteration, learningRate) => {
      const random = new Random(spec.seed).fork(`iteration ${iteration}`);
      const rows = Array.from({ length: spec.rollouts }, () => random.integer(0, task.draws - 1));
      const drawn = (value: Tensor): Tensor =>
        pickRows(
          value,
          rows.map((row) => row % (value.shape[0] ?? 1)),
        );
      const samples = { ...mapSamples(pool, drawn), end: pool.end && drawn(pool.end) };
      const now = { ...policy, parameters: training.parameters() };
      const moves = await lived(task, now, samples, random, context);
      return learn(training, moves, policy, spec, learningRate);
    },
    values: () => training.parameters(),
    state: () => training.state(),
    restore: (state) => training.restore(state),
    dispose: () => training.dispose(),
  };
}

async function learn(
  training: Training,
  moves: readonly (readonly Move[])[],
  policy: StepPolicy,
  spec: CompletePolicy,
  learningRate: number,
): ReturnType<Trainer["step"]> {
  const unit = returnUnit(spec, policy);
  const solves = moves.map((own) => {
    const rewards = own.map((move) => -lossOf(move, spec) / unit);
    return advantagesOf(
      rewards,
      own.map(({ value }) => value),
      spec.trace,
    );
  });
  const all = moves.flat();
  const advantages = solves.flatMap(({ advantages: own }) => own);
  const result = await training.step(
    {
      seen: stacked(all.map(({ seen }) => seen)),
      taken: stacked(all.map(({ action }) => policy.actions.map((_, i) => (i === action ? 1 : 0)))),
      advantage: columnOf(standardized(advantages)),
      target: columnOf(solves.flatMap(({ targets }) => targets)),
      entropyWeight: fromNumbers([(spec.entropyWeight * learningRate) / spec.learningRate], []),
    },
    learningRate,
  );
  const mean = (of: (move: Move) => number): number =>
    all.reduce((sum, move) => sum + of(move), 0) / moves.length;
  const told = { error: mean(({ error }) => error), cost: mean(({ cost }) => cost) };
  return { ...result, metrics: { ...result.metrics, ...told } };
}

const lossOf = ({ error, cost }: Move, { costWeight }: CompletePolicy): number => error + costWeight * cost;

/** Size of what a solve loses, so that values are numbers of size 1: the cost of steps of middling size. */
function returnUnit({ costWeight, span, epsilon }: CompletePolicy, { base }: StepPolicy): number {
  const steps = Math.abs(span[1] - span[0]) / Math.sqrt(epsilon[0] * epsilon[1]);
  return costWeight * base.stages * Math.max(1, steps);
}

function standardized(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / (deviation + 1e-8));
}

const columnOf = (values: readonly number[]): Tensor => fromNumbers(values, [values.length, 1]);

/** Rows of numbers as one tensor. */
export const stacked = (rows: readonly ArrayLike<number>[]): Tensor =>
  fromNumbers(Float64Array.from(rows.flatMap((row) => Array.from(row))), [rows.length, rows[0]?.length ?? 0]);

/** Solves by the most likely actions. */
export async function agentVerdict(
  task: AgentTask,
  held: Pairs,
  parameters: NamedTensors,
  context: RunContext,
): Promise<Verdict> {
  const { policy, spec } = task;
  const moves = await lived(task, { ...policy, parameters }, held, undefined, context);
  const sum = (of: (move: Move) => number): number =>
    moves.flat().reduce((total, move) => total + of(move), 0) / moves.length;
  const loss = sum((move) => lossOf(move, spec));
  const metrics = { "greedy error": sum(({ error }) => error), "greedy cost": sum(({ cost }) => cost) };
  return { score: Number.isFinite(loss) ? [loss] : undefined, metrics };
}
