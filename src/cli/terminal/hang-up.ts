import { isatty } from "node:tty";

const descriptors = [0, 1, 2] as const;

/** Which of the standard streams were a terminal at the start. */
const terminals = descriptors.filter((descriptor) => isatty(descriptor));

/**
 * Ends the process as a hang-up does, where its terminal is gone: to a shell that is exit code 129. Node would restore
 * the settings of the terminal at its exit, and abort because it cannot.
 */
export function endWithTerminal(): void {
  if (terminals.some((descriptor) => !isatty(descriptor))) process.kill(process.pid, "SIGHUP");
}
