import { rmSync } from "node:fs";
import { type StopSignal, stopSignalNames, stopSignals } from "../terminal/interruption.js";

/** Files that are being written now, under their temporary names. */
const halfWritten = new Set<string>();

function removeAll(): void {
  for (const path of halfWritten) {
    try {
      rmSync(path, { force: true });
    } catch {
      // The process is ending: there is nobody to tell.
    }
  }
}

/** A signal without another handler would end the process without `exit` handlers. */
function endOn(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  process.exit(stopSignals[signal as StopSignal]);
}

/** Runs an action that writes a temporary file, which does not outlive the process if that is ended meanwhile. */
export async function whileHalfWritten(path: string, action: () => Promise<void>): Promise<void> {
  if (halfWritten.size === 0) {
    process.on("exit", removeAll);
    for (const name of stopSignalNames) process.on(name, endOn);
  }
  halfWritten.add(path);
  try {
    await action();
  } finally {
    halfWritten.delete(path);
    if (halfWritten.size === 0) {
      process.off("exit", removeAll);
      for (const name of stopSignalNames) process.off(name, endOn);
    }
  }
}
