import type { SharedOptions } from "../../options/options.js";

/** What `hypersolvers data` may be told. */
export interface DataCommandOptions extends SharedOptions {
  readonly cache?: string;
  readonly from?: readonly string[];
  readonly download?: boolean;
}
