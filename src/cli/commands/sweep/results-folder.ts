import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "../../../experiments/index.js";
import {
  getContent,
  type JobRecord,
  type PlannedJob,
  type PlannedSweep,
  reportArtifacts,
  reportText,
  type Standings,
  type SweepMetrics,
  sweepMetrics,
  sweepReport,
} from "../../../experiments/internal.js";
import type { HypersolversError } from "../../../tensor/index.js";
import { exists, type RunFolder, readBytes, runFolder } from "../../files/files.js";
import { withPngs } from "../../files/picture.js";
import { jsonText } from "../../terminal/output.js";
import { inputPath, laidOut } from "../worker/job-folder.js";

/** The folder of a sweep: a folder for each job, the files they worked on, and the report. */
export interface ResultsFolder {
  /** Writes what came of a job, once. */
  write(job: PlannedJob, record: JobRecord): Promise<void>;
  /** Writes the report over all jobs. @returns it for a terminal, with its numbers. */
  report(standings: Standings, records: ReadonlyMap<string, JobRecord>): Promise<SweepEnd>;
}

/** What a sweep came to. */
export interface SweepEnd {
  readonly text: string;
  readonly metrics: SweepMetrics;
  /** Where everything is that counts for all jobs. */
  readonly paths: readonly string[];
  readonly failure: HypersolversError | undefined;
}

/** @param commandLine for the report. */
export function resultsFolder(
  out: string,
  { planned, store, commandLine }: { planned: PlannedSweep; store: Store; commandLine: string },
): ResultsFolder {
  const folder = runFolder(out);
  const names = folderNames(planned.jobs);
  return {
    write: async (job, record) =>
      writeJob(folder, { out, job, record, store, name: names.get(job.key) ?? job.key }),
    report: async (standings, records) => {
      const metrics = sweepMetrics(planned, standings, records);
      const report = sweepReport(metrics);
      const facts = [["Command", commandLine], ...report.facts, ["Status", metrics.status]] as const;
      const artifacts = await reportArtifacts({ ...report, facts }, metrics);
      const own = runFolder(out);
      for (const file of withPngs(artifacts)) await own.write(file);
      const { paths, failure = folder.written().failure } = own.written();
      return { text: reportText(report), metrics, paths, failure };
    },
  };
}

interface JobFiles {
  readonly out: string;
  readonly job: PlannedJob;
  readonly record: JobRecord;
  readonly store: Store;
  readonly name: string;
}

async function writeJob(folder: RunFolder, { out, job, record, store, name }: JobFiles): Promise<void> {
  const place = join("jobs", name);
  // Written last: a folder with it is whole.
  const story = join(place, "job.json");
  if ((await keyIn(join(out, story))) === job.key) return;
  // Of another sweep that was written here.
  await rm(join(out, place), { recursive: true, force: true });
  for (const [hash, called] of Object.entries(job.payload.files)) {
    const path = inputPath(hash, called);
    if (!(await exists(join(out, path))))
      await folder.write({ path, content: await getContent(store, hash) });
  }
  for (const [path, { hash }] of Object.entries(record.files))
    await folder.write({ path: join(place, path), content: await getContent(store, hash) });
  const { kind } = job.payload;
  const { seconds, worker } = record;
  const facts = { key: job.key, at: job.at, kind, spec: laidOut(job.payload), seconds, worker };
  await folder.write({ path: story, content: `${jsonText(facts)}\n` });
}

/** The key of the job whose story a file is; undefined where there is none. */
async function keyIn(path: string): Promise<unknown> {
  if (!(await exists(path))) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(await readBytes(path))).key;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `03-base-heun-seed-1`: jobs in their order, by what varies. */
function folderNames(jobs: readonly PlannedJob[]): ReadonlyMap<string, string> {
  const width = String(jobs.length).length;
  const names = new Map<string, string>();
  for (const [i, { key, at }] of jobs.entries()) {
    const words = Object.entries(at).map(([option, value]) => `${option}-${JSON.stringify(value)}`);
    const slug = words
      .join("-")
      .replaceAll(/[^\w.]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 60);
    const number = String(i + 1).padStart(width, "0");
    if (!names.has(key)) names.set(key, slug === "" ? number : `${number}-${slug}`);
  }
  return names;
}
