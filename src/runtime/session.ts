import { availableParallelism } from "node:os";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { fail, type Tensor } from "../tensor/index.js";
import type { CompileOptions, Device, Handover, NamedTensors } from "./program.js";
import { disableTelemetry } from "./telemetry.js";

/** A loaded model: the only thing that talks to ONNX Runtime. */
export interface Session {
  run(feeds: NamedTensors, handover?: Handover): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

const executionProviders: Readonly<Record<Exclude<Device, "reference">, string[]>> = {
  cpu: ["cpu"],
  webgpu: ["webgpu", "cpu"],
  cuda: ["cuda", "cpu"],
};

/** What compiling a graph adds to what the user chose. */
export interface SessionOptions extends CompileOptions {
  /** Whether float64 is computed anywhere. */
  readonly doubles?: boolean;
  /** Tells sessions apart that have the same content and are to run side by side. */
  readonly part?: number;
}

/** ONNX Runtime's own messages stay silent unless something breaks. */
const errorsOnly = 3;

/**
 * Loads model bytes into ONNX Runtime.
 * @throws RUNTIME_FAILURE with the runtime's own words.
 */
export async function createSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  disableTelemetry();
  const { InferenceSession, Tensor: RuntimeTensor } = await import("onnxruntime-node");
  const { device = "cpu" } = options;
  const help =
    device === "cpu" ? undefined : `if device "${device}" is not to be had on this machine, use cpu`;
  const session = await guarded("loading a program", help, () =>
    InferenceSession.create(model, sessionOptions(options)),
  );
  const wrap = ({ dtype, data, shape }: Tensor): OrtTensor => new RuntimeTensor(dtype, data, shape);
  return {
    run: async (feeds, { held = {} } = {}) => {
      const wrapped: Record<string, OrtTensor> = {};
      for (const name of session.inputNames) {
        const feed = feeds[name] ?? held[name];
        if (feed !== undefined) wrapped[name] = wrap(feed);
      }
      const results = await guarded("running a program", undefined, () => session.run(wrapped));
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, unwrap(name, value)]));
    },
    release: () => session.release(),
  };
}

/**
 * Fusions that are right for float32 alone. QuickGelu has no float64 kernel: a program with x·σ(x) would not load (in
 * float32 it takes half the time of two kernels). A scale that becomes part of a matrix product becomes a float32.
 */
const float32Fusions = "QuickGeluFusion;MatMulScaleFusion";

/** Settings as measured in bench/: see docs/engine.md. */
function sessionOptions({
  device = "cpu",
  threads,
  hot = false,
  oneShot = false,
  doubles = true,
}: SessionOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: executionProviders[device === "reference" ? "cpu" : device],
    intraOpNumThreads: threads ?? (hot ? availableParallelism() : 1),
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: oneShot ? "disabled" : "all",
    logSeverityLevel: errorsOnly,
    extra: {
      // Threads wait hot within a run, but not between runs: there the next program needs the cores.
      session: { force_spinning_stop: "1", intra_op: { allow_spinning: hot ? "1" : "0" } },
      ...(doubles && { optimization: { disable_specified_optimizers: float32Fusions } }),
    },
  };
}

function unwrap(name: string, { type, data, dims }: OrtTensor): Tensor {
  if (type === "float32" && data instanceof Float32Array) return { dtype: type, shape: dims, data };
  if (type === "float64" && data instanceof Float64Array) return { dtype: type, shape: dims, data };
  if (type === "int64" && data instanceof BigInt64Array) return { dtype: type, shape: dims, data };
  if (type === "bool" && data instanceof Uint8Array) return { dtype: type, shape: dims, data };
  throw fail("DTYPE_MISMATCH", {
    what: `output "${name}"`,
    expected: "float32, float64, int64 or bool",
    received: type,
  });
}

async function guarded<T>(what: string, help: string | undefined, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw fail("RUNTIME_FAILURE", {
      what,
      received: cause instanceof Error ? cause.message : String(cause),
      help,
      cause,
    });
  }
}
