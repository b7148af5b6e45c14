/**
 * Switches ONNX Runtime's telemetry off for this process, its worker threads and its child processes, unless the
 * environment already says something: `ORT_DISABLE_TELEMETRY=0` keeps it on. Left to itself the library reads the
 * machine's id, writes a store under the user's cache folder and a log file of predictable name into the temporary
 * folder, and looks up the host of a collector.
 *
 * To be called before the first session, and in the main thread: the library reads the environment of the process, of
 * which a worker thread's `process.env` is only a copy.
 */
export function disableTelemetry(environment: NodeJS.ProcessEnv = process.env): void {
  environment.ORT_DISABLE_TELEMETRY ??= "1";
}
