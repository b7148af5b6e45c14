import { join } from "node:path";
import type { Artifact } from "../../experiments/index.js";
import type { Table } from "../../spec/index.js";
import { pickSpec } from "../../spec/internal.js";
import { jsonText } from "../terminal/output.js";
import { writeWhole } from "./files.js";

/** The options of a run, in its folder. */
export const CONFIG_FILE = "config.json";

/** A spec as a file of the run's folder, which `--config` takes to repeat the run and `--resume` to go on with it. */
export function configArtifact(table: Table, spec: object): Artifact {
  const members: object = pickSpec<Table>(table, spec);
  return { path: CONFIG_FILE, content: `${jsonText(members)}\n` };
}

/**
 * Writes the options of a run that begins. One that goes on has them already, or is not known yet to go on by these.
 * @throws FILE_NOT_WRITABLE
 */
export async function writeConfig(out: string, config: Artifact, resume: boolean): Promise<void> {
  if (!resume) await writeWhole(join(out, config.path), config.content);
}
