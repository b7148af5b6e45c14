/** How long a loop may keep the event loop to itself while someone holds a signal that could stop it. */
const BREATH_MS = 20;

/**
 * A check that a loop awaits once a step: true when the signal was raised. Now and then it lets timers and input run
 * first, for otherwise nobody could raise the signal. Without a signal it costs nothing.
 */
export function interruption(signal: AbortSignal | undefined): () => boolean | Promise<boolean> {
  if (signal === undefined) return () => false;
  let breathedAt = performance.now();
  return () => {
    if (signal.aborted || performance.now() - breathedAt < BREATH_MS) return signal.aborted;
    return new Promise((resolve) => {
      setTimeout(() => {
        breathedAt = performance.now();
        resolve(signal.aborted);
      }, 0);
    });
  };
}
