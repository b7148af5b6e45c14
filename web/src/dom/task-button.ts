import { element } from "./element.js";

/** A button that begins something long, and ends it while it goes on. */
export interface TaskButton {
  readonly root: HTMLButtonElement;
  /** Begins as if it were pressed. */
  start(): Promise<void>;
  readonly isRunning: () => boolean;
}

/** @param task what to do; it ends early at the signal. What it throws goes to `onFailure`. */
export function taskButton(
  label: string,
  task: (signal: AbortSignal) => Promise<void>,
  onFailure: (error: Error) => void,
): TaskButton {
  let running: AbortController | undefined;
  const words = element("span", {}, label);
  const root = element("button", { type: "button", class: "primary" }, words);
  const show = (): void => {
    words.textContent = running === undefined ? label : "Stop";
    root.classList.toggle("running", running !== undefined);
  };
  const start = async (): Promise<void> => {
    if (running !== undefined) return running.abort();
    running = new AbortController();
    show();
    try {
      await task(running.signal);
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)));
    } finally {
      running = undefined;
      show();
    }
  };
  root.addEventListener("click", () => void start());
  return { root, start, isRunning: () => running !== undefined };
}
