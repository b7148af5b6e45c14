/** Reads the mutants that it is told of, and says where it is: whoever started it sees where it hangs or dies. */
import { mutant } from "./mutants.mjs";
import { isOurs, readers } from "./readers.mjs";

const TELL_EVERY = 50;

process.on("message", async ({ reader, from, to }) => {
  const { files, read } = readers[reader];
  let [read_, refused] = [0, 0];
  for (let seed = from; seed < to; seed++) {
    if ((seed - from) % TELL_EVERY === 0) process.send({ kind: "at", seed });
    try {
      await read(mutant(files, seed));
      read_++;
    } catch (error) {
      if (isOurs(error)) refused++;
      else process.send({ kind: "fault", seed, error: String(error?.stack ?? error).slice(0, 400) });
    }
  }
  process.send({ kind: "done", read: read_, refused, memory: process.memoryUsage().rss });
});
// A reader that needs whole files only: they are read as they are before any mutant is.
for (const [name, { files, read }] of Object.entries(readers))
  for (const file of files)
    try {
      await read(file);
    } catch (error) {
      process.send({ kind: "fault", seed: -1, error: `${name}: a whole file is refused: ${error}` });
    }
process.send({ kind: "ready" });
