import { Option } from "commander";

/** Where data sets are kept. */
export interface CacheOptions {
  readonly cache?: string;
}

export const cacheOption = (): Option =>
  new Option(
    "--cache <folder>",
    "where data sets are kept (default: HYPERSOLVERS_CACHE, else hypersolvers in XDG_CACHE_HOME or ~/.cache)",
  );
