import type { Random } from "../tensor/index.js";
import type { CompileOptions } from "./program.js";

/** What programs run on: the part of `CompileOptions` that a machine decides, not a program. */
export type MachineOptions = Pick<CompileOptions, "device" | "threads" | "parallel" | "worker">;

/** How far a long job is. Plain data, so that it can cross threads and networks. */
export interface ProgressEvent {
  /** What is being done, in words for people: `solving references`. Another stage begins where it changes. */
  readonly stage: string;
  /** Of this stage, in units of its own: iterations, samples, methods. */
  readonly done: number;
  readonly total: number;
  /** A few words behind: `loss 0.0123`. */
  readonly detail?: string;
  /** Lines of text that draw what was found so far, for terminals: they take the place of those before. */
  readonly picture?: readonly string[];
  /** Numbers that were just found, by name, such as a point of a training curve: `loss`, `nfe`. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/**
 * What belongs to this run and this machine, not to what is asked: the second argument of everything that takes long.
 * The result depends on none of it, apart from rounding by `device`, `threads` and `parallel`, and an early `signal`.
 */
export interface RunContext extends MachineOptions {
  /** Ends the job early, with what there is until then. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Called with a sentence that the user should know although the job goes on. */
  readonly onWarning?: (sentence: string) => void;
  /** Milliseconds since some moment. Default `performance.now`. */
  readonly clock?: () => number;
  /** Where numbers are drawn from, for jobs whose request names no seed. */
  readonly random?: Random;
}

/** What is to be handed to `compile`, and no more: a worker thread cannot be sent callbacks. */
export const machineOf = ({ device, threads, parallel, worker }: RunContext): MachineOptions => ({
  device,
  threads,
  parallel,
  worker,
});

/** The clock of a run. */
export const clockOf = ({ clock = () => performance.now() }: RunContext): (() => number) => clock;

/** Whether the run is to end early. */
export const isStopped = ({ signal }: RunContext): boolean => signal?.aborted === true;
