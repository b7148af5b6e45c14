import type { RunContext } from "../../runtime/index.js";
import { isStopped } from "../../runtime/internal.js";
import { isHypersolversError } from "../../tensor/index.js";
import type { Schedule } from "../schedule.js";
import type { LoopPlan, TrainingOutcome } from "./plan.js";
import type { Trainer, TrainerPhase, TrainerStep, TrainingTask } from "./trainer.js";
import { type PhaseSpan, TrainingRecord } from "./training-record.js";

/**
 * The one training loop: phases one after another, learning rates, skipped steps, means for the curve, validations, the
 * best so far, checkpoints, progress. A signal ends it before the next iteration; the values are then validated once
 * more, and the checkpoint is of before: what goes on from it is the training without the break.
 * @throws NON_FINITE after 21 iterations in a row without a finite loss, with the `TrainingOutcome` until then as
 *   `details.outcome`; INVALID_ARGUMENT for a checkpoint of another training.
 */
export async function runTraining(
  task: TrainingTask,
  plan: LoopPlan,
  context: RunContext = {},
): Promise<TrainingOutcome> {
  const record = new TrainingRecord(task, plan, context);
  if (task.keepsInitial === true && plan.checkpoint === undefined) await record.validate(task.initial);
  let last = task.initial;
  let to = 0;
  for (const phase of task.phases) {
    const from = to;
    to += phase.iterations;
    // A phase that was left at its end is entered once more, for what it hands on.
    if (to < record.iteration || record.isComplete) continue;
    if (mayStop(record, context)) break;
    const held = { trainer: await phase.start({ last, best: record.best?.values ?? task.initial }) };
    try {
      record.resume(held.trainer);
      await runPhase({ phase, from, to }, held, record, context);
      last = held.trainer.values();
    } finally {
      await held.trainer.dispose();
    }
    if (record.iteration < to) break;
  }
  return record.outcome();
}

async function runPhase(
  span: PhaseSpan,
  held: { trainer: Trainer },
  record: TrainingRecord,
  context: RunContext,
): Promise<void> {
  const { phase, from, to } = span;
  while (record.iteration < to) {
    const { trainer } = held;
    const step = mayStop(record, context)
      ? undefined
      : await stepOrStop(trainer, rateOf(phase, record), record.iteration - from, context);
    if (step === undefined) return record.stop(span, trainer);
    record.add(step);
    if (record.isBlockEnd(span)) await record.close(span, trainer);
    if (!record.isLost || record.best === undefined) continue;
    const { values } = record.best;
    held.trainer = await phase.start({ last: values, best: values });
    await trainer.dispose();
    await record.rescued(held.trainer);
  }
}

const rateOf =
  ({ learningRate }: TrainerPhase, { rateLeft }: TrainingRecord): Schedule =>
  (iteration) =>
    rateLeft * learningRate(iteration);

/** A stop is heeded once there is something to end with. */
const mayStop = (record: TrainingRecord, context: RunContext): boolean =>
  isStopped(context) && (record.iteration > 0 || record.best !== undefined);

/** Undefined when the step was ended halfway by the signal, as while its mini-batch was being solved. */
async function stepOrStop(
  trainer: Trainer,
  learningRate: Schedule,
  iteration: number,
  context: RunContext,
): Promise<TrainerStep | undefined> {
  try {
    return await trainer.step(iteration, learningRate(iteration));
  } catch (error) {
    if (isStopped(context) && isHypersolversError(error, "INTERRUPTED")) return undefined;
    throw error;
  }
}
