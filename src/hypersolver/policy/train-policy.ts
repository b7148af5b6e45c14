import { initialize } from "../../nn/index.js";
import { type Field, fieldMacs } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { adam, compileTraining, cosineAnnealing, type Training } from "../../optim/index.js";
import {
  type CurvePoint,
  runTraining,
  type Trainer,
  type TrainingOutcome,
  type Verdict,
} from "../../optim/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fail, fromNumbers, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import type { Correction } from "../correction/correction.js";
import { columnStatistics } from "../correction/statistics.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { weightsHash } from "../files/weights-hash.js";
import { baseOf } from "../fit/base-of.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { endPairs } from "../learned/end-pairs.js";
import { stateErrors } from "../measure/measure.js";
import { referenceAt } from "../reference/reference.js";
import { mapSamples, type Samples, type StateSource } from "../states/states.js";
import { advantagesOf, policyLoss } from "./policy-loss.js";
import { type CompletePolicy, type PolicySpec, policyTable } from "./policy-table.js";
import { type Move, rollOut } from "./rollout.js";
import { judged, policyNetwork, type StepPolicy, stepActions } from "./step-policy.js";
import { compileWorld, macsOver, type StepWorld } from "./step-world.js";

/** What an agent is given that is no plain data. */
export interface PolicyInputs extends Pick<FitInputs, "checkpoint" | "onCheckpoint"> {
  /** Where solves begin; with their controls, where the field has some. */
  readonly states: StateSource;
  /** What may be added to a step of the base. Default: nothing. */
  readonly correction?: Correction | undefined;
}

/** A finished (or interrupted) agent. */
export interface PolicyFit {
  readonly policy: StepPolicy;
  readonly spec: CompletePolicy;
  readonly status: TrainingOutcome["status"];
  readonly iterations: number;
  readonly curve: readonly CurvePoint[];
  /** Mean of error + λ·cost over validation solves: the reward with its sign turned. */
  readonly bestLoss: number;
  readonly seconds: number;
}

/** States to learn from, again and again, and to validate on. */
const [POOL, VALIDATION] = [1024, 256];
const SPACING = { points: 200, validations: 20, each: "phase" } as const;

/**
 * Learns by reinforcement which step to take next, and whether g is worth its price there. The reward of a step is
 * −error − λ·cost: its distance to the solution through where it began, and its evaluations of f, those of g in the same
 * unit. Advantage actor–critic, on the loop that all training goes through.
 * @throws INVALID_ARGUMENT for options that make no sense, a correction of another base, or a checkpoint of another agent;
 *   SHAPE_MISMATCH for states that are no vectors; UNSUPPORTED_FIELD where samples cannot be at different depths; NON_FINITE
 *   where a step of the largest size breaks a solve; INTERRUPTED when there is nothing to keep yet.
 */
export async function trainStepPolicy(
  field: Field,
  spec: PolicySpec,
  inputs: PolicyInputs,
  context: RunContext = {},
): Promise<PolicyFit> {
  const complete = completeSpec(policyTable, spec);
  const { states, checkpoint, onCheckpoint } = inputs;
  const random = new Random(complete.seed);
  const pool = await pairsOf(field, complete, states.training(POOL, random), context);
  const held = await pairsOf(field, complete, states.validation(VALIDATION, random), context);
  const untrained = await freshPolicy(field, complete, inputs, pool, context);
  const largestError = sizeOfStates(pool.z0);
  const world = await compileWorld(field, untrained, largestError, machineOf(context));
  try {
    const task: AgentTask = { world, policy: untrained, spec: complete, pool, largestError };
    const { best, ...outcome } = await runTraining(
      {
        initial: untrained.parameters,
        phases: [
          {
            name: "reward",
            stage: "learning to step",
            iterations: complete.iterations,
            learningRate: cosineAnnealing({ from: complete.learningRate, iterations: complete.iterations }),
            start: ({ last }) => agent(task, last, context),
          },
        ],
        validate: (parameters) => verdict(task, held, parameters, context),
      },
      {
        what: "agent",
        advice: "lower the largest step, or the learning rate",
        settings: identityOf(field, complete, inputs),
        spacing: SPACING,
        checkpoint,
        onCheckpoint,
      },
      context,
    );
    return {
      ...outcome,
      policy: { ...untrained, parameters: best?.values ?? untrained.parameters },
      spec: complete,
      bestLoss: best?.score[0] ?? Number.POSITIVE_INFINITY,
    };
  } finally {
    await world.dispose();
  }
}

/** What all iterations share. */
interface AgentTask {
  readonly world: StepWorld;
  readonly policy: StepPolicy;
  readonly spec: CompletePolicy;
  readonly pool: Pairs;
  /** A step that is further off than a state is large is hopeless. */
  readonly largestError: number;
}

/** Samples and where their solutions end; the ends only where the reward asks for them. */
interface Pairs extends Samples {
  readonly end: Tensor | undefined;
}

/** An agent that finds all actions equally good, with the statistics of what it will see. */
async function freshPolicy(
  field: Field,
  spec: CompletePolicy,
  { correction }: PolicyInputs,
  pool: Samples,
  context: RunContext,
): Promise<StepPolicy> {
  const base = baseOf(spec.base);
  if (correction !== undefined && correction.base.name !== base.name)
    throw fail("INVALID_ARGUMENT", {
      what: "step policy: correction",
      expected: `one of ${base.name}`,
      received: correction.base.name,
    });
  const { hidden, epsilon, levels, seed } = spec;
  const correctionCost =
    correction === undefined ? 0 : (spec.correctionCost ?? macsOver(correction, fieldMacs(field)));
  const actions = stepActions(epsilon, levels, correction !== undefined);
  const blank = { base, correction, actions, hidden, correctionCost };
  const unseen = { mean: new Float64Array(widthOf(field)), deviation: new Float64Array(widthOf(field)) };
  const draft = { ...blank, statistics: unseen };
  const parameters = initialize(policyNetwork(draft), new Random(seed).fork("policy"));
  // A walk in the smallest steps shows what there is to be seen.
  const walker = { ...draft, parameters, actions: actions.slice(0, 1) };
  const first = initialize(policyNetwork(walker), new Random(seed).fork("walk"));
  const world = await compileWorld(field, walker, undefined, machineOf(context));
  try {
    const few = mapSamples(pool, (value) => pickRows(value, firstRows(value, WALKS)));
    const { moves } = await rollOut(
      world,
      { ...walker, parameters: first },
      few,
      { span: spec.span },
      context,
    );
    const statistics = columnStatistics(stacked(moves.flat().map(({ seen }) => seen)));
    return { ...blank, statistics, parameters };
  } finally {
    await world.dispose();
  }
}

/** Solves that statistics are taken from. */
const WALKS = 64;
const firstRows = ({ shape }: Tensor, count: number): number[] =>
  Array.from({ length: Math.min(count, shape[0] ?? 0) }, (_, i) => i);

/** Columns of an observation. */
const widthOf = (field: Field): number =>
  2 * Number(stateType(field).shape[1]) +
  1 +
  field.roles.controls.reduce((sum, name) => sum + Number(field.graph.inputs[name]?.shape[1] ?? 1), 0);

const stacked = (rows: readonly ArrayLike<number>[]): Tensor =>
  fromNumbers(Float64Array.from(rows.flatMap((row) => Array.from(row))), [rows.length, rows[0]?.length ?? 0]);

/** The reference of rewards by the end. */
const END_TOLERANCE = 1e-7;

async function pairsOf(
  field: Field,
  { error, span }: CompletePolicy,
  samples: Samples,
  context: RunContext,
): Promise<Pairs> {
  if (error === "step") return { ...samples, end: undefined };
  return endPairs(field, span, samples, referenceAt(END_TOLERANCE), context);
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
async function agent(task: AgentTask, parameters: NamedTensors, context: RunContext): Promise<Trainer> {
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
      const rows = Array.from({ length: spec.rollouts }, () => random.integer(0, POOL - 1));
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

/** Root mean square of the length of a state. */
function sizeOfStates(z: Tensor): number {
  const squares = toFloat64(z).reduce((sum, x) => sum + x * x, 0);
  return Math.sqrt(squares / Math.max(1, z.shape[0] ?? 1)) || 1;
}

/** Solves by the most likely actions. */
async function verdict(
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

/** What decides the outcome, as text. */
const identityOf = (field: Field, spec: CompletePolicy, { states, correction }: PolicyInputs): string =>
  JSON.stringify({
    spec,
    field: fingerprintOf(field),
    states: states.description,
    correction: correction && weightsHash(correction.parameters),
  });
