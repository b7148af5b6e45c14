import { type ErrorCode, fail } from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import { JumpCount } from "../step-control/jumps.js";
import { StiffnessCount } from "../step-control/stiffness.js";

/** How a solve ended. */
type SolveStatus = "success" | "step-limit" | "step-underflow" | "non-finite" | "interrupted";

export interface SolveStatistics {
  /** Number of evaluations of f. */
  readonly nfe: number;
  readonly acceptedSteps: number;
  readonly rejectedSteps: number;
  /** How often an implicit method linearized the field; what that took is in `nfe`. Absent for explicit methods. */
  readonly jacobians?: number;
  /** Present where stability and not tolerance limited the steps of an explicit pair: an implicit method takes longer ones. */
  readonly stiff?: true;
  /** Present where f jumps and much of the solve went into finding out where: at how many moments. */
  readonly jumps?: number;
  /** Wall-clock time of the solve. */
  readonly milliseconds: number;
}

/** Outcome of a solve: always a value, also on failure. `orThrow` turns a failure into an exception. */
export interface Solution<Y> {
  readonly status: SolveStatus;
  /** One sentence: what happened, where, and what to do about it. */
  readonly message: string;
  /** Requested times that were reached: all on success, a leading part on failure. */
  readonly times: readonly number[];
  /** State at each of `times`. */
  readonly states: readonly Y[];
  readonly statistics: SolveStatistics;
  /** The last accepted point; on success the end of the integration (beyond t1 when it was overshot). */
  readonly lastGood: { readonly s: number; readonly y: Y };
  /** Flat index of the first NaN or infinite element; present when the status is `non-finite` and it is known. */
  readonly firstBadIndex?: number;
}

const codes: Readonly<Record<Exclude<SolveStatus, "success">, ErrorCode>> = {
  "step-limit": "STEP_LIMIT",
  "step-underflow": "STEP_UNDERFLOW",
  "non-finite": "NON_FINITE",
  interrupted: "INTERRUPTED",
};

/**
 * Passes a successful solution through.
 * @param what the name of the solve in messages. Default `"solve"`.
 * @throws STEP_LIMIT, STEP_UNDERFLOW, NON_FINITE or INTERRUPTED otherwise, with `lastGood`, `statistics` and
 *   `firstBadIndex` in the details.
 */
export function orThrow<Y>(solution: Solution<Y>, what = "solve"): Solution<Y> {
  const { status, message, lastGood, statistics, firstBadIndex } = solution;
  if (status === "success") return solution;
  throw fail(codes[status], {
    what,
    received: message,
    details: { lastGood, statistics, firstBadIndex },
  });
}

/** What is said where an explicit pair met a stiff field. */
const STIFF =
  "The field is stiff: stability, not the tolerances, keeps the steps short. Take an implicit method, such as rodas4@1e-5.";

/** What is said where f jumps. */
const JUMPS =
  "The field jumps, and many steps were spent on finding out where. Loosen rtol and atol, or take fixed steps, such as rk4:64.";

/** The same of a solve that came to its end. @param name of the pair. */
export const stiffWarning = (name: string): string =>
  `the field is stiff: stability, not the tolerances, kept the steps of ${name} short. An implicit method may take far fewer: --method rodas4@1e-5`;

/** Collects a solve while it runs, and makes its `Solution` at the end. */
export class SolutionRecorder<Y> {
  readonly #times: readonly number[];
  readonly #states: Y[];
  readonly #startedAt = performance.now();
  nfe = 0;
  acceptedSteps = 0;
  rejectedSteps = 0;
  /** Whether stability limits the steps. */
  readonly stiffness: StiffnessCount = new StiffnessCount();
  /** Moments at which f jumps. */
  readonly jumps: JumpCount = new JumpCount();
  #jacobians = 0;
  lastGood: { readonly s: number; readonly y: Y };

  /** @param times requested times, the first of which is the start. */
  constructor(times: readonly number[], y0: Y) {
    this.#times = times;
    this.#states = [y0];
    this.lastGood = { s: times[0] ?? 0, y: y0 };
  }

  get triedSteps(): number {
    return this.acceptedSteps + this.rejectedSteps;
  }

  /** The earliest requested time that has no state yet. */
  get nextTime(): number | undefined {
    return this.#times[this.#states.length];
  }

  /** Stores the state at `nextTime`. */
  save(y: Y): void {
    this.#states.push(y);
  }

  /** Counts an accepted step that ended in (s, y). */
  accept(s: number, y: Y): void {
    this.acceptedSteps++;
    this.lastGood = { s, y };
  }

  /** Counts a linearization by so many evaluations of f; none without a number. */
  linearized(evaluations: number | undefined): void {
    if (evaluations === undefined) return;
    this.nfe += evaluations;
    this.#jacobians++;
  }

  finish(status: SolveStatus, message: string, firstBadIndex?: number): Solution<Y> {
    const jumps = this.jumps.found;
    return {
      status,
      message,
      times: this.#times.slice(0, this.#states.length),
      states: this.#states,
      statistics: {
        nfe: this.nfe,
        acceptedSteps: this.acceptedSteps,
        rejectedSteps: this.rejectedSteps,
        ...(this.#jacobians > 0 && { jacobians: this.#jacobians }),
        ...(this.stiffness.isStiff && { stiff: true as const }),
        ...(jumps !== undefined && { jumps }),
        milliseconds: performance.now() - this.#startedAt,
      },
      lastGood: this.lastGood,
      ...(firstBadIndex === undefined ? {} : { firstBadIndex }),
    };
  }

  succeed(): Solution<Y> {
    return this.finish("success", `Reached s = ${shortNumber(this.lastGood.s)}.`);
  }

  nonFinite(where: string, firstBadIndex: number | undefined): Solution<Y> {
    const element = firstBadIndex === undefined ? "a value" : `element ${firstBadIndex}`;
    const message = `${where}, ${element} is NaN or infinite; last good state at s = ${shortNumber(this.lastGood.s)}. Check the field there.`;
    return this.finish("non-finite", message, firstBadIndex);
  }

  /** @param end where the solve was to end. */
  stepLimit(end: number): Solution<Y> {
    const reached = `Tried ${this.triedSteps} steps and reached s = ${shortNumber(this.lastGood.s)} of ${shortNumber(end)}.`;
    return this.finish("step-limit", `${reached} ${this.#adviceAtLimit()}`);
  }

  #adviceAtLimit(): string {
    if (this.stiffness.isStiff) return STIFF;
    if (this.jumps.found !== undefined) return JUMPS;
    return "Raise maxSteps or loosen rtol and atol; where the field jumps, take fixed steps, such as rk4:64.";
  }

  interrupted(): Solution<Y> {
    return this.finish("interrupted", `Stopped by its signal at s = ${shortNumber(this.lastGood.s)}.`);
  }
}
