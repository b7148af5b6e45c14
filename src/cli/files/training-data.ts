import { createHash } from "node:crypto";
import { basename } from "node:path";
import { densities } from "../../data/index.js";
import { densityData, type FlowData, tableData } from "../../models/index.js";
import { MAX_SPEED, rowsBeyond } from "../../models/internal.js";
import { meantAdvice } from "../../spec/internal.js";
import { fail } from "../../tensor/index.js";
import { exists } from "./files.js";
import { isTable, type Points, readPoints } from "./points.js";
import { STANDARD } from "./standard-input.js";
import { splitReference } from "./tensor-file.js";

/** What a flow is trained on, and what is known of it. */
export interface TrainingData {
  readonly data: FlowData;
  /** For titles and folders: `pinwheel`, `points`. */
  readonly name: string;
  /** Where the file has names. */
  readonly columns?: readonly string[] | undefined;
  /** In nats, where it is known. */
  readonly entropy?: number | undefined;
  /** Rows that a flow hardly reaches: a column is beyond `MAX_SPEED` standard deviations. */
  readonly farRows: number;
}

/**
 * Data by the name of a density, or by file. A file that is called like a density is written `./rings`.
 * @throws FILE_NOT_READABLE saying both, when it is neither; as `readPoints` and `tableData`.
 */
export async function trainingData(source: string, seed: number): Promise<TrainingData> {
  const density = Object.hasOwn(densities, source) ? densities[source] : undefined;
  if (density !== undefined) {
    const { entropy } = density;
    return { data: densityData(density, seed), name: source, farRows: 0, entropy };
  }
  const { path } = await splitReference(source);
  if (path !== STANDARD && !(await exists(path))) throw neither(source);
  const points = await readPoints(source);
  const data = tableData(points.value, describe(points), seed);
  return {
    data,
    farRows: rowsBeyond(MAX_SPEED, points.value, data.standardization),
    name: path === STANDARD ? "stdin" : basename(path).replace(/\.(csv|npy|npz|safetensors)$/i, ""),
    columns: (await isTable(source)) ? points.columns : undefined,
  };
}

/** The content has a part in the description: a checkpoint continues the training on the same points only. */
function describe({ value: { shape, data }, description }: Points): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  return `${description}: ${shape[0]} points of ${shape[1]} columns, content ${digest}`;
}

function neither(source: string): Error {
  const meant = meantAdvice(source, Object.keys(densities));
  return fail("FILE_NOT_READABLE", {
    what: source,
    expected: `a file of points (.csv, .npy, .npz[:key], .safetensors[:key]) or a density: ${Object.keys(densities).join(", ")}`,
    received: "neither: no such file, no such density",
    help: meant ?? "check the path, which is relative to the current folder, or the name",
  });
}
