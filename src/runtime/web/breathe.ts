/** The longest that events of the thread wait for programs to end, in milliseconds. */
const LONGEST = 30;

/** A MessagePort as browsers have it; Node's types know another. */
interface BrowserPort {
  onmessage: (() => void) | null;
}

let last = 0;

/**
 * Lets the thread see to its events now and then. WebAssembly answers within the task that asked: a training of a
 * thousand short programs would else be one task, and no message, such as a stop, would be heard before its end.
 */
export async function breathe(): Promise<void> {
  if (performance.now() - last < LONGEST) return;
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const heard: Pick<BrowserPort, "onmessage"> = port1 as unknown as BrowserPort;
    heard.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
  last = performance.now();
}
