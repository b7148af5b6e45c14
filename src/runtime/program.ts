import type { Graph } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import type { Device } from "./machine.js";

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A graph ready to run, many times. */
export interface Program {
  /** What was compiled: the types of inputs and outputs. */
  readonly graph: Graph;
  /**
   * Computes the outputs. Inputs are not copied: leave them alone until the promise resolves.
   * @throws MISSING_INPUT, SHAPE_MISMATCH, DTYPE_MISMATCH, RUNTIME_FAILURE, DISPOSED.
   */
  run(feeds: NamedTensors, handover?: Handover): Promise<Record<string, Tensor>>;
  /** Frees the memory, or keeps it for the next program of the same content. Running afterwards throws DISPOSED. */
  dispose(): Promise<void>;
}

/** What spares copies where a program runs in another thread; elsewhere it changes nothing. */
export interface Handover {
  /** More inputs. As long as this is the same object it is sent once: leave its tensors alone until the last run with it. */
  readonly held?: NamedTensors;
  /** Buffers of feeds that the caller will not touch again: the thread takes them. */
  readonly given?: readonly ArrayBuffer[];
}

/** How a program is run. The results depend on none of it, apart from rounding. */
export interface CompileOptions {
  /** Default `cpu`. */
  readonly device?: Device | undefined;
  /**
   * Threads inside one operator, no more than there are cores: waiting for one another, threads that share a core take a
   * hundred times as long. Default: all cores for a hot program, else 1. In a browser the first program decides for
   * all, the default is 1, and more need an isolated page: see docs/engine.md.
   */
  readonly threads?: number | undefined;
  /**
   * A program that runs many times in a row: its idle threads spin within a run instead of sleeping, and stop when the
   * run ends. Two hot programs running at once slow each other down. Default false.
   */
  readonly hot?: boolean;
  /** Skip ONNX Runtime's graph optimization: starts faster, right for a handful of runs. Default false. */
  readonly oneShot?: boolean;
  /**
   * What threads share: the work of every `operators`, or the rows of a `batch`, each thread with a program of its own in
   * a worker thread. Rows scale better where a row is much work, as an image is to convolutions; small networks lose.
   * It takes effect in programs that work row by row, on the CPU, under Node. Default `operators`.
   */
  readonly parallel?: "operators" | "batch" | undefined;
  /** Run in a worker thread, so that the event loop stays free during long runs. Not in browsers. Default false. */
  readonly worker?: boolean | undefined;
}
