/** Image data sets as files: found, read, checked, downloaded, kept in a cache. What they mean is in `data`. */

export { cacheFolder } from "./cache-folder.js";
export {
  type Dataset,
  type DatasetName,
  datasetNames,
} from "./definition.js";
export { type DownloadOptions, type DownloadProgress, downloadDataset } from "./download.js";
export {
  importDataset,
  type LoadedDataset,
  loadDataset,
  readDataset,
} from "./load.js";
