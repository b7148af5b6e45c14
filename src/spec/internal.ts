/** For the layers above, not for users: the words of options: flags, help, expectations, texts. */
export { refuseOthers } from "./applies.js";
export { changedSpec, optionalTable } from "./changes.js";
export { pickSpec } from "./complete.js";
export { choicesOf, flagOf, helpOf, sentenceOf } from "./describe.js";
export type { Kind, Row } from "./kind.js";
export { most } from "./limits.js";
export { measuringToleranceRow } from "./measuring-tolerance-row.js";
export { seedRow } from "./seed-row.js";
export type { Checked } from "./spec.js";
export { meantAdvice } from "./suggestion.js";
export { numberText, problemOfText, textOfValue, valueOfText } from "./text.js";
export { type United, unitedTable } from "./united.js";
export { expectation, textExpectation } from "./words.js";
