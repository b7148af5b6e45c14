import { meter } from "../dom/meter.js";
import { engine } from "../engine/engine.js";

/** Bytes of the runtime, for servers that do not say because they pack it. */
const USUAL = 14_000_000;

/** Loads the runtime, and shows how far it is. */
export function runtimeBar(): HTMLElement {
  const bar = meter("loading the runtime");
  bar.root.classList.add("runtime");
  const begun = performance.now();
  const loading = engine.run("startRuntime", undefined, {
    onEvent: ({ loaded, total = USUAL }) =>
      bar.show(`loading the runtime, ${(loaded / 1e6).toFixed(1)} MB`, loaded / Math.max(total, loaded)),
  });
  loading.then(
    ({ threads, isIsolated }) => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      const on = threads === 1 ? "one thread" : `${threads} threads`;
      const more = isIsolated || navigator.hardwareConcurrency < 4 ? "" : "; more after a reload";
      bar.show(`runtime ready after ${seconds} s: WebAssembly on ${on}${more}`, 1);
      bar.root.classList.add("done");
    },
    ({ message }: Error) => bar.show(`the runtime did not load: ${message}`, 0),
  );
  return bar.root;
}
