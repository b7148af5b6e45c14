import { join } from "node:path";
import type { Artifact } from "../../experiments/index.js";
import type { Output } from "../terminal/output.js";
import { checkpointLeft } from "./checkpoints.js";
import { writeWhole } from "./files.js";

/** Files of what was learned, on disk before anything is measured. */
export interface LearnedFiles {
  /** Warns where it cannot be written, and measuring goes on: it is tried again at the end. */
  readonly write: (artifact: Artifact) => Promise<void>;
  /** Where the run breaks off afterwards: tells what is there, and how to go on. What needed no training has no checkpoint. */
  tell(): Promise<void>;
}

/** Writes what was learned into the folder of the run. @param config what repeats the run, beside it. */
export function learnedFiles(out: string, output: Output, config: Artifact): LearnedFiles {
  const written = new Set<string>();
  return {
    write: async ({ path, content }) => {
      const place = join(out, path);
      try {
        await writeWhole(place, content);
        await writeWhole(join(out, config.path), config.content);
        written.add(place);
      } catch (error) {
        output.warn(
          `${error instanceof Error ? error.message : String(error)} It is tried again at the end.`,
        );
      }
    },
    tell: async () => {
      if (written.size === 0) return;
      const checkpoint = await checkpointLeft(out, false);
      const next =
        checkpoint === undefined
          ? "other commands take it as it is"
          : `--resume --out ${out} goes on from there without learning it again`;
      output.warn(`what was learned is in ${[...written].join(", ")}, not measured yet: ${next}`);
    },
  };
}
