import type { DType, Tensor } from "../tensor/index.js";
import type { Device } from "./machine.js";
import type { CompileOptions, Handover, NamedTensors } from "./program.js";

/** Where a backend can run programs; the interpreter behind `reference` needs no backend. */
export type BackendDevice = Exclude<Device, "reference">;

/** The element types that devices compute in. */
export type DeviceTypes = Readonly<Partial<Record<BackendDevice, readonly DType[]>>>;

/** A loaded model. */
export interface Session {
  run(feeds: NamedTensors, handover?: Handover): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** What compiling a graph adds to what the user chose. */
export interface SessionOptions extends CompileOptions {
  readonly device?: BackendDevice;
  /** Whether float64 is computed anywhere. */
  readonly doubles?: boolean;
  /** Tells sessions apart that have the same content and are to run side by side. */
  readonly part?: number;
}

/**
 * ONNX Runtime where the library runs: native under Node (`runtime/node`), WebAssembly and WebGPU in a browser
 * (`runtime/web`). The conditions of `#backend` in package.json choose one of them, when the library is loaded or bundled.
 */
export interface Backend {
  /**
   * The element types that a device computes in; undefined when it is not available. It may still refuse to load: some
   * drivers are seen only then.
   */
  elementTypes(device: BackendDevice): Promise<readonly DType[] | undefined>;
  /** Threads that the machine offers. */
  threads(): number;
  /** Widths of blocks of channels that its CPU kernels may know, for `channelBlockFor` to try. */
  readonly channelBlocks: readonly number[];
  /** @throws RUNTIME_FAILURE with the runtime's own words. */
  createSession(model: Uint8Array, options: SessionOptions): Promise<Session>;
  /**
   * A session in a thread of its own, so that running it never blocks the event loop. Undefined where there are none.
   * @throws RUNTIME_FAILURE
   */
  readonly createWorkerSession:
    | ((model: Uint8Array, options: SessionOptions) => Promise<Session>)
    | undefined;
}
