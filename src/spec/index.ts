/** Tables of options: from one come types, checks, defaults, flags, help, files and forms. Loads no package. */

export { refuseOthers } from "./applies.js";
export { type Problem, problemOf } from "./check.js";
export { checkSpec, checkValue, completeSpec, defaultsOf, pickSpec } from "./complete.js";
export {
  describe,
  flagOf,
  helpOf,
  type JsonSchema,
  type OptionDescription,
  recordSchema,
  schemaOf,
  sentenceOf,
} from "./describe.js";
export type { Kind, Row, Subject, Table } from "./kind.js";
export type { Checked, Complete, Spec, ValueOf } from "./spec.js";
export { editDistance, suggestionFor } from "./suggestion.js";
export { textOfValue, valueOfText } from "./text.js";
export { expectation, shown, textExpectation } from "./words.js";
