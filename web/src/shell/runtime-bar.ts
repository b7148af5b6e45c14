import { picker } from "../dom/controls.js";
import { type Meter, meter } from "../dom/meter.js";
import { engine } from "../engine/engine.js";
import type { GpuFacts, PageDevice, RuntimeFacts, RuntimeNews } from "../worker/runtime.js";

/** Bytes of the runtimes, for servers that do not say because they pack them. */
const USUAL: Readonly<Record<PageDevice, number>> = { cpu: 14_000_000, webgpu: 27_000_000 };

/** Loads the runtime, shows how far it is, and offers WebGPU where there is one. */
export function runtimeBar(): HTMLElement {
  const bar = meter("loading the runtime");
  bar.root.classList.add("runtime");
  const begun = performance.now();
  engine.run("startRuntime", undefined, { onEvent: progressOf(bar, "cpu") }).then(
    (facts) => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      const ready = `runtime ready after ${seconds} s: ${wordsOf(facts)}`;
      bar.show(ready, 1);
      bar.root.classList.add("done");
      if (facts.gpu !== undefined) bar.root.append(deviceChoice(bar, ready, facts.gpu));
    },
    ({ message }: Error) => bar.show(`the runtime did not load: ${message}`, 0),
  );
  return bar.root;
}

const progressOf =
  (bar: Meter, device: PageDevice) =>
  ({ loaded, total = USUAL[device] }: RuntimeNews): void =>
    bar.show(`loading the runtime, ${(loaded / 1e6).toFixed(1)} MB`, loaded / Math.max(total, loaded));

function wordsOf({ threads, isIsolated }: RuntimeFacts): string {
  const on = threads === 1 ? "one thread" : `${threads} threads`;
  const more = isIsolated || navigator.hardwareConcurrency < 4 ? "" : "; more after a reload";
  return `WebAssembly on ${on}${more}`;
}

/** A list of what to compute on, which says what WebGPU lacks. */
function deviceChoice(bar: Meter, ready: string, gpu: GpuFacts): HTMLElement {
  const name = gpu.name === "" ? "WebGPU" : `WebGPU (${gpu.name})`;
  const kind = gpu.isSoftware ? "an imitation of a graphics card, slower than WebAssembly" : name;
  const words: Readonly<Record<PageDevice, string>> = {
    cpu: ready,
    webgpu: `${kind}; it has no float64, so references stay on WebAssembly, and small networks gain little`,
  };
  const choose = async (device: PageDevice): Promise<void> => {
    bar.root.classList.remove("done");
    try {
      await engine.run("chooseDevice", device, { onEvent: progressOf(bar, device) });
      bar.show(words[device], 1);
    } catch (error) {
      bar.show(`${name} did not load: ${(error as Error).message}`, 0);
      list.set("cpu");
    }
    bar.root.classList.add("done");
  };
  const list = picker<PageDevice>(
    "Compute on",
    [
      { value: "cpu", label: "WebAssembly" },
      { value: "webgpu", label: name },
    ],
    { value: "cpu", onChange: (device) => void choose(device) },
  );
  return list.root;
}
