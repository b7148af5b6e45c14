import { cacheFolder, type DatasetName, downloadDataset, importDataset } from "../../../datasets/index.js";
import {
  type CachedDataset,
  type DamagedDataset,
  type DatasetDefinition,
  datasetDefinitions,
  describeDataset,
  listCached,
  verifyCached,
} from "../../../datasets/internal.js";
import { textTable } from "../../../plot/index.js";
import { formatNumber } from "../../../plot/internal.js";
import type { JobContext, JobResult } from "../../command.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { unusable } from "../../options/usage-error.js";
import { onInterrupt } from "../../terminal/interruption.js";
import { type DataOptions, dataTable } from "./table.js";

type Definitions = Readonly<Record<DatasetName, DatasetDefinition>>;

/** What became of a request. */
type Action = "downloaded" | "imported" | "kept";

/** The job over any definitions; tests give theirs, with other addresses. */
export const dataJobOf = (definitions: Definitions): SpecJob<typeof dataTable> =>
  plainJob(dataTable, async ({ name, ...wish }, context) => {
    const { from, download: fresh = false } = wish;
    if (from !== undefined && fresh) throw unusable("--from, --download", "one of the two", "both");
    if (name !== undefined) return kept(definitions[name], wish, context);
    if (from === undefined && !fresh) return listing(cacheFolder(wish.cache), definitions);
    throw unusable(
      "<name>",
      `the data set that is meant: ${namesOf(definitions)}`,
      "none",
      `write the name first: \`hypersolvers data mnist ${fresh ? "--download" : "--from PATH"}\``,
    );
  });

/** `hypersolvers data`. */
export const dataJob: SpecJob<typeof dataTable> = dataJobOf(datasetDefinitions);

/** The data set is in the cache afterwards, from wherever it is wanted. */
async function kept(
  definition: DatasetDefinition,
  { from, download: fresh = false, cache: wanted }: Omit<DataOptions, "name">,
  context: JobContext,
): Promise<JobResult> {
  const cache = cacheFolder(wanted);
  if (from !== undefined)
    return report(definition, await importDataset(definition, from, cache), "imported", context);
  const present = fresh ? undefined : await verifyCached(definition, cache);
  if (present !== undefined) return report(definition, present, "kept", context);
  return report(definition, await download(definition, cache, context), "downloaded", context);
}

const namesOf = (definitions: Definitions): string => Object.keys(definitions).join(", ");

async function download(
  definition: DatasetDefinition,
  cache: string,
  { output, progress }: JobContext,
): Promise<CachedDataset> {
  const interruption = onInterrupt(output, "Stopping; nothing is kept.");
  try {
    return await downloadDataset(definition, cache, {
      signal: interruption.signal,
      onProgress: ({ file, done, total }) =>
        progress.update({ name: `downloading ${file} (kB)`, done: kilobytes(done), total: kilobytes(total) }),
    });
  } finally {
    interruption.release();
  }
}

const kilobytes = (bytes: number): number => Math.ceil(bytes / 1000);

const sizeOf = ({ files }: CachedDataset): number =>
  Object.values(files).reduce((total, { bytes }) => total + bytes, 0);

const sizeText = (bytes: number): string => `${formatNumber(bytes / 1e6)} MB`;

const actions: Readonly<Record<Action, string>> = {
  downloaded: "Downloaded to",
  imported: "Imported into",
  kept: "Already in",
};

function report(
  definition: DatasetDefinition,
  cached: CachedDataset,
  action: Action,
  { output }: JobContext,
): JobResult {
  const { path, name, official, training, test, source } = cached;
  const advice =
    action === "kept" ? `; \`hypersolvers data ${name} --download\` fetches the official files` : "";
  const warnings = official ? [] : [unofficial(definition, cached) + advice];
  for (const warning of warnings) output.warn(warning);
  return {
    text: `${describeDataset(definition, cached)}, ${sizeText(sizeOf(cached))}.\n${actions[action]} ${path}`,
    json: { name, action, official, training, test, bytes: sizeOf(cached), path, source, warnings },
  };
}

function unofficial(definition: DatasetDefinition, { training, test }: CachedDataset): string {
  const { title, count, digests, official } = definition;
  const isWhole = training === count.training && test === count.test;
  const counts = isWhole
    ? ""
    : `; there are ${training} and ${test} images, ${title} has ${count.training} and ${count.test}`;
  const checked = official.map((file) => file.name).join(", ");
  const doubt =
    digests === undefined
      ? `the files could not be checked: the published checksum of ${title} is that of ${checked}`
      : `the checksums are not those published for ${title}`;
  return doubt + counts;
}

async function listing(cache: string, definitions: Definitions): Promise<JobResult> {
  const found = await listCached(cache);
  const rows = found.map((entry) => row(entry, definitions));
  const columns = ["name", "what", "size", "path"].map((label) => ({ label, align: "left" as const }));
  const help = `\`hypersolvers data NAME\` fetches one of ${namesOf(definitions)}.`;
  return {
    text: found.length === 0 ? `No data sets in ${cache}. ${help}` : textTable(columns, rows),
    json: { cache, datasets: found.map(entryJson) },
  };
}

function row(entry: CachedDataset | DamagedDataset, definitions: Definitions): string[] {
  const { name, path } = entry;
  if ("problem" in entry) return [name, `damaged: ${entry.problem}`, "", path];
  return [name, describeDataset(definitions[name], entry), sizeText(sizeOf(entry)), path];
}

function entryJson(entry: CachedDataset | DamagedDataset): object {
  if ("problem" in entry) return entry;
  const { name, path, official, training, test, source } = entry;
  return { name, official, training, test, bytes: sizeOf(entry), path, source };
}
