/** What of a page or a web worker decides where programs can run. */
interface BrowserGlobals {
  /** Whether memory may be shared between threads: the page must be served with the headers for it (COOP and COEP). */
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: {
    /** WebGPU. */
    readonly gpu?: { requestAdapter(): Promise<object | null> };
    readonly hardwareConcurrency?: number;
  };
}

const browser = globalThis as typeof globalThis & BrowserGlobals;

/** Whether WebGPU finds something to compute on: without, ONNX Runtime would quietly use the CPU. */
export async function hasGpu(): Promise<boolean> {
  const adapter = await browser.navigator?.gpu?.requestAdapter();
  return adapter !== null && adapter !== undefined;
}

/** One thread, unless the page is isolated: WebAssembly's threads share memory. */
export const wasmThreads = (): number =>
  browser.crossOriginIsolated === true ? (browser.navigator?.hardwareConcurrency ?? 1) : 1;
