import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor as OrtTensor,
  TensorConstructor,
} from "onnxruntime-common";
import { fail, type Tensor } from "../tensor/index.js";
import type { Session, SessionOptions } from "./backend.js";

/** What ONNX Runtime's packages for Node and for browsers have in common. */
interface OnnxRuntime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/**
 * Loads model bytes into ONNX Runtime.
 * @throws RUNTIME_FAILURE with the runtime's own words.
 */
export async function loadSession(
  { InferenceSession, Tensor: RuntimeTensor }: OnnxRuntime,
  model: Uint8Array,
  settings: InferenceSession.SessionOptions,
  { device = "cpu" }: SessionOptions,
): Promise<Session> {
  const help =
    device === "cpu" ? undefined : `if device "${device}" is not available on this machine, use cpu`;
  const session = await guarded("loading a program", help, () => InferenceSession.create(model, settings));
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

/** ONNX Runtime's own messages stay silent unless something breaks. */
const errorsOnly = 3;

/**
 * Fusions that are right for float32 alone. QuickGelu has no float64 kernel: a program with x·σ(x) would not load (in
 * float32 it takes half the time of two kernels). A scale that becomes part of a matrix product becomes a float32.
 */
const float32Fusions = "QuickGeluFusion;MatMulScaleFusion";

/** Settings that make sense on every machine. */
export const commonSettings = ({ oneShot = false }: SessionOptions): InferenceSession.SessionOptions => ({
  executionMode: "sequential",
  graphOptimizationLevel: oneShot ? "disabled" : "all",
  logSeverityLevel: errorsOnly,
});

/** Entries of `extra`: the optimizations that a program of this kind must go without. */
export const optimizations = ({ doubles = true }: SessionOptions): Record<string, unknown> =>
  doubles ? { optimization: { disable_specified_optimizers: float32Fusions } } : {};

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
