import type { FieldSpec } from "../../options/field-table.js";
import type { SharedOptions } from "../../options/options.js";

/** What `hypersolvers info` may be told. */
export interface InfoCommandOptions extends SharedOptions, FieldSpec {}
