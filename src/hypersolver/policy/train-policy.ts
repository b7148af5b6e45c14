import { initialize } from "../../nn/index.js";
import { type Field, fieldMacs } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { cosineAnnealing } from "../../optim/index.js";
import { type CurvePoint, runTraining, type TrainingOutcome } from "../../optim/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fail, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import type { Correction } from "../correction/correction.js";
import { columnStatistics } from "../correction/statistics.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { weightsHash } from "../files/weights-hash.js";
import { baseOf } from "../fit/base-of.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { endPairs } from "../learned/end-pairs.js";
import { referenceAt } from "../reference/reference.js";
import { mapSamples, type Samples, type StateSource } from "../states/states.js";
import { type CompletePolicy, type PolicySpec, policyTable } from "./policy-table.js";
import { type AgentTask, agentTrainer, agentVerdict, type Pairs, stacked } from "./policy-trainer.js";
import { rollOut } from "./rollout.js";
import { policyNetwork, type StepPolicy, stepActions } from "./step-policy.js";
import { compileWorld, macsOver } from "./step-world.js";

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
    const task: AgentTask = { world, policy: untrained, spec: complete, pool, draws: POOL, largestError };
    const { best, ...outcome } = await runTraining(
      {
        initial: untrained.parameters,
        phases: [
          {
            name: "reward",
            stage: "learning to step",
            iterations: complete.iterations,
            learningRate: cosineAnnealing({ from: complete.learningRate, iterations: complete.iterations }),
            start: ({ last }) => agentTrainer(task, last, context),
          },
        ],
        validate: (parameters) => agentVerdict(task, held, parameters, context),
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

/** Root mean square of the length of a state. */
function sizeOfStates(z: Tensor): number {
  const squares = toFloat64(z).reduce((sum, x) => sum + x * x, 0);
  return Math.sqrt(squares / Math.max(1, z.shape[0] ?? 1)) || 1;
}

/** What decides the outcome, as text. */
const identityOf = (field: Field, spec: CompletePolicy, { states, correction }: PolicyInputs): string =>
  JSON.stringify({
    spec,
    field: fingerprintOf(field),
    states: states.description,
    correction: correction && weightsHash(correction.parameters),
  });
