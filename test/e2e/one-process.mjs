/**
 * Runs the command lines that come as lines of JSON, one after another in this process, as src/cli/main.ts runs one, and
 * writes what each of them ended with as a line of JSON to the file descriptor 3. Ends with its input.
 *
 *     echo '["info", "field.onnx"]' | node one-process.mjs PROGRAM 3> results
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [program] = process.argv.slice(2);
const { runCommandLine } = await import(pathToFileURL(program).href);

/** What is written to the streams, instead of their readers. */
let heard = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"])
  process[name].write = (chunk) => {
    heard[name] += chunk;
    return true;
  };
// One command line adds its listeners to the streams; many are no leak.
for (const stream of [process.stdout, process.stderr, process]) stream.setMaxListeners(0);

for await (const line of createInterface({ input: process.stdin })) {
  heard = { stdout: "", stderr: "" };
  process.exitCode = undefined;
  const returned = await runCommandLine(JSON.parse(line));
  const code = returned === 0 ? Number(process.exitCode ?? 0) : returned;
  writeSync(3, `${JSON.stringify({ code, ...heard })}\n`);
}
process.exitCode = 0;
