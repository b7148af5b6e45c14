import { fieldPlant, fitModelResidual, type StepShares, stepShares } from "../../control/index.js";
import {
  type Correction,
  fitObservedSteps,
  hyper,
  measureMethod,
  type ObservedSteps,
} from "../../hypersolver/index.js";
import { euler, type Field, type FixedMethod, fixed, rk4 } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, Random, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { closedLoops, type InnerModel, type LoopRow } from "./closed-loops.js";
import { CORRECTION, fitForTask, taskStates } from "./control-fits.js";
import type { ControlSpec } from "./control-spec.js";
import type { ControlTask } from "./control-task.js";

/** How far off an inner model is after one control interval of the true plant. */
export interface PredictionRow {
  readonly task: string;
  readonly inner: string;
  readonly error: number | Broken;
}

/** What a base step misses: as learned by h and g, and as it is. */
export interface ShareRow {
  readonly task: string;
  readonly learned: StepShares;
  /** The plant's field in the place of f + h, and its exact truncation. */
  readonly true: Pick<StepShares, "model" | "truncation">;
}

/** What comes of a task whose plant has friction that its model lacks. */
export interface ModelErrors {
  readonly predictions: readonly PredictionRow[];
  readonly shares: ShareRow;
  readonly loops: readonly LoopRow[];
}

interface How {
  readonly spec: ControlSpec;
  readonly seed: number;
}

/** Learns from data of the plant in one stage and in two, and controls the plant with each. @throws INTERRUPTED at a signal. */
export async function modelErrors(
  task: ControlTask,
  nominal: Correction,
  how: How,
  context: RunContext,
): Promise<ModelErrors> {
  const observed = await observedSteps(task, how, context);
  const [test] = [await observedSteps(task, how, context, "held out")];
  const { seed, spec } = how;
  const { iterations, residualIterations } = spec;
  const f = task.model.field;
  const single = await fitObservedSteps(
    f,
    { base: "euler", iterations, seed, ...CORRECTION },
    observed,
    context,
  );
  const residual = await fitModelResidual(
    f,
    { iterations: residualIterations, seed, ...RESIDUAL },
    observed,
    context,
  );
  const g = await fitForTask(task, residual.field, "euler", how, context);
  const one = { steps: 1 };
  const models: InnerModel[] = [
    inner("RK4, nominal model", f, fixed(rk4, one)),
    inner("HyperEuler, nominal model", f, hyper(nominal, one)),
    inner("one stage: g from data", f, hyper(single.correction, one)),
    inner("two stages: h, then g", residual.field, hyper(g, one)),
    inner("RK4 on f + h", residual.field, fixed(rk4, one)),
    inner("RK4, true model", task.plant.field, fixed(rk4, one)),
  ];
  const predictions: PredictionRow[] = [];
  for (const { name, field, method } of models)
    predictions.push({ task: task.name, inner: name, error: await predicted(field, method, test, context) });
  return {
    predictions,
    shares: {
      task: task.name,
      learned: await stepShares(f, residual.field, hyper(g, one), test, context),
      true: await trueShares(task, test, context),
    },
    loops: await closedLoops(task, task.plant.field, models, how, context),
  };
}

const RESIDUAL = { hidden: [32, 32], method: "rk4:1", batch: 256 } as const;

const inner = (name: string, field: Field, method: FixedMethod): InnerModel => ({
  ...{ name, field, method },
  role: "correction" in method ? "hypersolver" : "other",
});

/** Steps of the plant from states and controls where corrections learn. */
async function observedSteps(
  task: ControlTask,
  { spec, seed }: How,
  context: RunContext,
  part: "training" | "held out" = "training",
): Promise<ObservedSteps> {
  const random = new Random(seed).fork("plant");
  const source = taskStates(task);
  const { z0, controls } =
    part === "training" ? source.training(spec.observed, random) : source.heldOut(spec.heldOut, random);
  const plant = await fieldPlant(task.plant.field, undefined, context);
  const epsilon = 1 / task.problem.controlRate;
  try {
    const [u] = Object.values(controls);
    return { z: z0, z1: await plant.advance(z0, u as Tensor, 0, epsilon), controls, epsilon };
  } finally {
    await plant.dispose();
  }
}

async function predicted(
  field: Field,
  method: FixedMethod,
  { z, z1, controls, epsilon }: ObservedSteps,
  context: RunContext,
): Promise<number | Broken> {
  const found = await unlessItBreaks(
    measureMethod(field, method, [0, epsilon], { z0: z, controls }, z1, machineOf(context)),
  );
  return "broken" in found ? found : found.errors.mean;
}

/** The same lengths with the true plant: what its field adds to a base step, and what its base step misses. */
async function trueShares(
  { model, plant }: ControlTask,
  { z, z1, controls, epsilon }: ObservedSteps,
  context: RunContext,
): Promise<ShareRow["true"]> {
  const samples = { z0: z, controls };
  const step = async (field: Field, reference: Tensor) =>
    measureMethod(field, fixed(euler, { steps: 1 }), [0, epsilon], samples, reference, machineOf(context));
  const informed = await step(plant.field, z1);
  const nominal = await step(model.field, informed.end);
  return { model: nominal.errors.mean, truncation: informed.errors.mean };
}
