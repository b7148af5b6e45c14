import { fail, isHypersolversError } from "../tensor/index.js";
import { type CachedDataset, lookUp, readCached, store } from "./cache.js";
import { cacheFolder } from "./cache-folder.js";
import type { Dataset, DatasetDefinition, DatasetName } from "./definition.js";
import { readSource } from "./read-source.js";
import { datasetDefinitions, datasetNamed } from "./registry.js";

/** A data set in memory, and what it is. */
export interface LoadedDataset extends Dataset {
  readonly name: DatasetName;
  /** Whether it has the published checksums. */
  readonly official: boolean;
  /** One line: `MNIST, 60000 training and 10000 test images`. */
  readonly description: string;
}

/**
 * A data set out of the cache, every file against its checksum.
 * @param name mnist or cifar10.
 * @param cache default: see `cacheFolder`.
 * @throws INVALID_ARGUMENT for another name; FILE_NOT_READABLE, saying how to get it, when it is not there;
 *   MALFORMED_FILE when the cache is damaged.
 */
export async function loadDataset(name: string, cache?: string): Promise<LoadedDataset> {
  const definition = datasetNamed(name);
  const folder = cacheFolder(cache);
  const cached = await lookUp(folder, definition.name);
  if (cached === undefined) {
    throw fail("FILE_NOT_READABLE", {
      what: definition.title,
      expected: `the data set in the cache ${folder}`,
      received: "nothing of that name",
      help: `run \`hypersolvers data ${name}\`, with --from PATH where there is no network`,
    });
  }
  const dataset = definition.decode(await readCached(cached), cached.path);
  return loaded(definition, dataset, cached.official);
}

/**
 * A data set out of files of the user, past the cache.
 * @param paths a folder, an archive, or the files; see `readSource`, whose errors it has.
 */
export async function readDataset(name: DatasetName, paths: readonly string[]): Promise<LoadedDataset> {
  const definition = datasetDefinitions[name];
  const { files, official } = await readSource(definition, paths);
  return loaded(definition, definition.decode(files, paths.join(", ")), official);
}

/**
 * Reads, checks and keeps a data set of the user.
 * @param paths as `readDataset`.
 * @param cache the folder of the cache.
 * @param source where it comes from, for the description; default: the paths.
 * @throws as `readDataset`, before anything is written; FILE_NOT_WRITABLE.
 */
export async function importDataset(
  definition: DatasetDefinition,
  paths: readonly string[],
  cache: string,
  source: string = paths.join(", "),
): Promise<CachedDataset> {
  const { files, official } = await readSource(definition, paths);
  const { training, test } = definition.decode(files, source);
  const counts = { training: training.shape[0], test: test.shape[0] };
  return store(cache, { name: definition.name, official, source, ...counts }, files);
}

/**
 * A kept data set, after a look at every file of it.
 * @returns undefined when it is not there, or damaged: then it has to come again.
 */
export async function verifyCached(
  { name }: DatasetDefinition,
  cache: string,
): Promise<CachedDataset | undefined> {
  try {
    const cached = await lookUp(cache, name);
    if (cached !== undefined) await readCached(cached);
    return cached;
  } catch (error) {
    if (isHypersolversError(error)) return undefined;
    throw error;
  }
}

/** What to call a data set: a name alone is for the official one. */
export function describeDataset(
  { title, count, digests }: DatasetDefinition,
  facts: { readonly training: number; readonly test: number; readonly official: boolean },
): string {
  const { training, test, official } = facts;
  const counts = `${training} training and ${test} test images`;
  if (official) return `${title}, ${counts}`;
  const isExcerpt = training < count.training || test < count.test;
  const isWhole = training === count.training && test === count.test;
  const doubt =
    digests === undefined && isWhole ? "files that could not be checked" : "not the official files";
  return `${title}${isExcerpt ? " (excerpt)" : ""}, ${counts}, ${doubt}`;
}

function loaded(definition: DatasetDefinition, dataset: Dataset, official: boolean): LoadedDataset {
  const counts = { training: dataset.training.shape[0], test: dataset.test.shape[0] };
  const description = describeDataset(definition, { ...counts, official });
  return { ...dataset, name: definition.name, official, description };
}
