import { join } from "node:path";
import type { FoundSeeds, SeedRun } from "../../../experiments/internal.js";
import { rowsOfJob } from "../../../experiments/internal.js";
import type { Spec } from "../../../spec/index.js";
import { pickSpec } from "../../../spec/internal.js";
import type { RunFolder } from "../../files/files.js";
import type { MachineContext } from "../../options/spec-command.js";
import { type HandedJob, type Handing, handOut } from "../sweep/hand-out.js";
import { jobKinds } from "../sweep/kinds.js";
import type { reproduceTable } from "./table.js";

const KIND = "reproduce";

/**
 * Runs an experiment with several seeds on a queue, a job for each, and writes what they wrote to `seed-N`.
 * @param options of the command, with the first seed.
 * @returns what each found, for the report over all.
 */
export async function handedSeeds(
  options: Spec<typeof reproduceTable> & { readonly seed: number },
  {
    count,
    handing,
    folder,
  }: { readonly count: number; readonly handing: Handing; readonly folder: RunFolder },
  desk: MachineContext & { readonly signal: AbortSignal },
): Promise<FoundSeeds> {
  const { [KIND]: kind } = jobKinds;
  const { seed: first, seeds: _, ...own } = options;
  const spec = pickSpec(kind?.table ?? {}, own);
  const grid = { seed: Array.from({ length: count }, (_, i) => first + i) };
  const sweep = { kind: KIND, name: undefined, fields: undefined, spec, grid, list: [{}] };
  const ended = await handOut(sweep, handing, desk, async ({ at }, record, files) => {
    for await (const { path, content } of files(record))
      await folder.write({ path: join(`seed-${String(at.seed)}`, path), content });
  });
  const bySeed = new Map(ended.map((each) => [each.job.at.seed, foundBy(each)]));
  return (seed) => bySeed.get(seed);
}

function foundBy({ record, standing }: HandedJob): SeedRun | ReturnType<FoundSeeds> {
  if (record !== undefined) return { rows: rowsOfJob(KIND, record.json), status: "complete" };
  const { state, failure } = standing ?? {};
  // One that a stop left in the queue is not there yet.
  if (state !== "failed" && state !== "cancelled") return undefined;
  return { broken: "RUNTIME_FAILURE", reason: failure?.reason.split("\n", 1)[0] ?? `its job is ${state}` };
}
