import type { Artifact } from "../../experiments/index.js";
import type { Table } from "../../spec/index.js";
import { pickSpec } from "../../spec/internal.js";
import { jsonText } from "../terminal/output.js";

/** A spec as a file of the run's folder, which `--config` takes to repeat the run. */
export function configArtifact(table: Table, spec: object): Artifact {
  const members: object = pickSpec<Table>(table, spec);
  return { path: "config.json", content: `${jsonText(members)}\n` };
}
