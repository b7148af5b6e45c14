/** For the layers above, not for users: what the cache holds, and data sets as definitions. */
export { type CachedDataset, type DamagedDataset, listCached } from "./cache.js";
export type { DatasetDefinition } from "./definition.js";
export { isLeftBehind, ownerMark } from "./leftovers.js";
export { describeDataset, verifyCached } from "./load.js";
export { datasetDefinitions, datasetNamed } from "./registry.js";
