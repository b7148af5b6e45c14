/** What of a page or a web worker decides where programs can run. */
interface BrowserGlobals {
  /** Whether memory may be shared between threads: the page must be served with the headers for it (COOP and COEP). */
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly gpu?: unknown; readonly hardwareConcurrency?: number };
}

const browser = globalThis as typeof globalThis & BrowserGlobals;

/** Whether the browser speaks WebGPU at all; an adapter is asked for when a program is loaded. */
export const hasWebGpu = (): boolean => browser.navigator?.gpu !== undefined;

/** One thread, unless the page is isolated: WebAssembly's threads share memory. */
export const wasmThreads = (): number =>
  browser.crossOriginIsolated === true ? (browser.navigator?.hardwareConcurrency ?? 1) : 1;
