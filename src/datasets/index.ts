/** Image data sets as files: found, read, checked, downloaded, kept in a cache. What they mean is in `data`. */

export { type CachedDataset, type DamagedDataset, datasetsIn, listCached, lookUp } from "./cache.js";
export { CACHE_VARIABLE, cacheFolder } from "./cache-folder.js";
export {
  type Dataset,
  type DatasetDefinition,
  type DatasetName,
  datasetNames,
  type FileContents,
  type OfficialFile,
} from "./definition.js";
export { type DownloadOptions, type DownloadProgress, downloadDataset } from "./download.js";
export {
  describeDataset,
  importDataset,
  type LoadedDataset,
  loadDataset,
  readDataset,
  verifyCached,
} from "./load.js";
export { readSource, type SourceContents } from "./read-source.js";
export { datasetDefinitions, datasetNamed } from "./registry.js";
