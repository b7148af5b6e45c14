import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { clockOf } from "../../runtime/internal.js";
import { fail } from "../../tensor/index.js";
import type { BestValues } from "./checkpoint.js";
import { requireContinues } from "./continues.js";
import { type Block, type CurvePoint, emptyBlock, extended, meansOf } from "./curve.js";
import type { LoopPlan, TrainingOutcome } from "./plan.js";
import { spacingOf } from "./spacing.js";
import type { Trainer, TrainerPhase, TrainerStep, TrainingTask, Verdict } from "./trainer.js";
import { isInVain, notWaiting, type Waiting, waited } from "./waiting.js";

/** A phase, and the iterations of the whole run between which it lies. */
export interface PhaseSpan {
  readonly phase: TrainerPhase;
  readonly from: number;
  readonly to: number;
}

/** Iterations in a row that may be skipped because the loss was not finite. */
const MOST_SKIPPED = 20;
/** Of a phase, and what each leaves of its learning rates. */
const RESCUES = { most: 5, rate: 0.3 };

/** What a training has found out so far, and whom it tells. */
export class TrainingRecord {
  readonly #task: TrainingTask;
  readonly #plan: LoopPlan;
  readonly #context: RunContext;
  readonly #total: number;
  readonly #begun: number;
  readonly #secondsBefore: number;
  /** State to restore the next trainer from. */
  #resumed: NamedTensors | undefined;
  #iteration = 0;
  #skipped = 0;
  #spared = 0;
  #rescues = 0;
  #isLost = false;
  #waiting: Waiting = notWaiting;
  #block: Block = emptyBlock;
  #curve: CurvePoint[] = [];
  #best: BestValues | undefined;
  #lastPoint: { readonly time: number; readonly iteration: number };
  #lastCheckpoint = 0;
  #warned = false;

  /** @throws INVALID_ARGUMENT, SHAPE_MISMATCH for a checkpoint of another training. */
  constructor(task: TrainingTask, plan: LoopPlan, context: RunContext) {
    [this.#task, this.#plan, this.#context] = [task, plan, context];
    this.#total = task.phases.reduce((sum, { iterations }) => sum + iterations, 0);
    this.#begun = clockOf(context)();
    const { checkpoint } = plan;
    this.#secondsBefore = checkpoint?.seconds ?? 0;
    if (checkpoint !== undefined) {
      requireContinues(checkpoint, plan.settings, task.initial);
      this.#resumed = checkpoint.trainer;
      this.#iteration = checkpoint.iteration;
      this.#skipped = checkpoint.skipped;
      this.#spared = checkpoint.spared ?? 0;
      this.#rescues = checkpoint.rescues ?? 0;
      this.#waiting = checkpoint.waiting ?? notWaiting;
      this.#block = checkpoint.block;
      this.#curve = [...checkpoint.curve];
      this.#best = checkpoint.best;
      this.#lastCheckpoint = checkpoint.iteration;
    }
    this.#lastPoint = { time: this.#begun, iteration: this.#iteration };
  }

  /** Iterations done, over all phases. */
  get iteration(): number {
    return this.#iteration;
  }

  get best(): BestValues | undefined {
    return this.#best;
  }

  get isComplete(): boolean {
    return this.#iteration === this.#total;
  }

  /** Whether the phase is to go on from the best values: see `LoopPlan.lostAt`. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** What is left of the learning rates of this phase. */
  get rateLeft(): number {
    return RESCUES.rate ** this.#rescues;
  }

  /** Sets the first trainer of this session to where the last session was. */
  resume(trainer: Trainer): void {
    if (this.#resumed !== undefined) trainer.restore(this.#resumed);
    this.#resumed = undefined;
  }

  /**
   * Counts an iteration.
   * @throws NON_FINITE when too many in a row had no finite loss; `details.outcome` has the best until then.
   */
  add(step: TrainerStep): void {
    this.#iteration++;
    this.#block = extended(this.#block, step);
    this.#skipped = step.taken ? 0 : this.#skipped + 1;
    if (this.#skipped <= MOST_SKIPPED) return;
    if (this.#mayBeLost()) {
      this.#isLost = true;
      return;
    }
    throw fail("NON_FINITE", {
      what: `${this.#plan.what}, iteration ${this.#iteration}`,
      expected: "a finite loss",
      received: `${step.broken?.reason ?? step.loss}, ${MOST_SKIPPED + 1} times in a row`,
      help: this.#plan.advice,
      details: { outcome: this.outcome() },
    });
  }

  isBlockEnd(span: PhaseSpan): boolean {
    const { at, block } = this.#place(span);
    return at % block === 0 || this.#iteration === span.to;
  }

  /** Ends a block: a point of the curve; where they are due, a validation and a checkpoint. */
  async close(span: PhaseSpan, trainer: Trainer): Promise<void> {
    const { at, validateEvery } = this.#place(span);
    const due = at % validateEvery === 0 || this.#iteration === span.to;
    const point = this.#closeBlock(span);
    this.#addPoint(span, due ? await this.#validated(point, trainer) : point);
    if (!due) return;
    const isOver = this.#iteration === span.to || isInVain(this.#waiting, this.#plan.patience);
    if (isOver) this.#leave(span);
    // What goes on from a checkpoint goes on from what is found again.
    if (!this.#isLost) await this.#offerCheckpoint(trainer);
  }

  /** The phase goes on, with a trainer that was started from the best values. */
  async rescued(trainer: Trainer): Promise<void> {
    this.#isLost = false;
    this.#skipped = 0;
    this.#rescues++;
    await this.#offerCheckpoint(trainer);
  }

  /** The early end: a checkpoint, then a last validation, which a training without the break would not have made. */
  async stop(span: PhaseSpan, trainer: Trainer): Promise<void> {
    if (this.#iteration > this.#lastCheckpoint) await this.#offerCheckpoint(trainer);
    const open = this.#block.iterations > 0;
    const point = open ? this.#closeBlock(span) : this.#curve.at(-1);
    if (point === undefined || point.validated) return;
    if (!open) this.#curve.pop();
    this.#addPoint(span, await this.#validated(point, trainer));
  }

  /** What validation says of values, which are kept if they are the best, or the last where these are wanted. */
  async validate(values: NamedTensors): Promise<Verdict> {
    const verdict = await this.#task.validate(values);
    const { score, metrics } = verdict;
    const isNumber = score !== undefined && !Number.isNaN(score[0]);
    const beaten = this.#task.keeps === "last" ? undefined : this.#best;
    if (isNumber && (beaten === undefined || isLess(score, beaten.score)))
      this.#best = { score, metrics, values };
    return verdict;
  }

  outcome(): TrainingOutcome {
    return {
      status: this.isComplete ? "complete" : "interrupted",
      iterations: this.#iteration - this.#spared,
      spared: this.#spared,
      curve: this.#curve,
      best: this.#best,
      seconds: this.#seconds(),
    };
  }

  /** The phase is over, even if not all of it was made. */
  #leave({ to }: PhaseSpan): void {
    this.#spared += to - this.#iteration;
    this.#iteration = to;
    this.#waiting = notWaiting;
    this.#isLost = false;
    this.#rescues = 0;
  }

  #mayBeLost(): boolean {
    return this.#plan.lostAt !== undefined && this.#best !== undefined && this.#rescues < RESCUES.most;
  }

  #seconds(): number {
    return this.#secondsBefore + (clockOf(this.#context)() - this.#begun) / 1000;
  }

  #place({ phase, from }: PhaseSpan) {
    const { spacing } = this.#plan;
    const [start, length] = spacing.each === "run" ? [0, this.#total] : [from, phase.iterations];
    const { validations = spacing.validations } = phase;
    return { at: this.#iteration - start, ...spacingOf(length, { ...spacing, validations }) };
  }

  #closeBlock({ phase: { name, learningRate }, from }: PhaseSpan): CurvePoint {
    const means = meansOf(this.#block);
    this.#block = emptyBlock;
    const rate = this.rateLeft * learningRate(this.#iteration - from - 1);
    return { iteration: this.#iteration, phase: name, learningRate: rate, validated: false, ...means };
  }

  async #validated(point: CurvePoint, trainer: Trainer): Promise<CurvePoint> {
    const before = this.#best;
    const { score, metrics, gap } = await this.validate(trainer.values());
    this.#waiting = waited(this.#waiting, gap, this.#best !== before);
    const bound = (this.#plan.lostAt ?? Number.POSITIVE_INFINITY) * (this.#best?.score[0] ?? 0);
    this.#isLost ||= this.#mayBeLost() && !((score?.[0] ?? Number.NaN) <= bound);
    return { ...point, metrics: { ...point.metrics, ...metrics }, validated: true };
  }

  #addPoint({ phase: { stage, iterations }, from }: PhaseSpan, point: CurvePoint): void {
    this.#curve.push(point);
    const { onProgress } = this.#context;
    const [time, { iteration, loss, metrics }] = [clockOf(this.#context)(), point];
    const pace = (1000 * (iteration - this.#lastPoint.iteration)) / (time - this.#lastPoint.time);
    this.#lastPoint = { time, iteration };
    const numbers = { iteration, loss, ...metrics, iterationsPerSecond: pace };
    onProgress?.({ stage, done: iteration - from, total: iterations, metrics: numbers });
  }

  async #offerCheckpoint(trainer: Trainer): Promise<void> {
    this.#lastCheckpoint = this.#iteration;
    const best = this.#best;
    try {
      await this.#plan.onCheckpoint?.({
        settings: this.#plan.settings,
        prepared: this.#plan.prepared,
        iteration: this.#iteration,
        seconds: this.#seconds(),
        skipped: this.#skipped,
        spared: this.#spared,
        rescues: this.#rescues,
        waiting: this.#waiting,
        curve: [...this.#curve],
        block: this.#block,
        best,
        trainer: trainer.state(),
      });
    } catch (error) {
      this.#warnOnce(error instanceof Error ? error.message : String(error));
    }
  }

  #warnOnce(reason: string): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#context.onWarning?.(
      `no checkpoint could be written at iteration ${this.#iteration}: the ${this.#plan.what} goes on, and tries again ` +
        `with the next one. ${reason}`,
    );
  }
}

/** The first number decides, of equal ones the next. */
function isLess(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((value, k) => value !== b[k]);
  return i >= 0 && (a[i] ?? Number.NaN) < (b[i] ?? Number.NaN);
}
