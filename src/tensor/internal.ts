/** For the layers above, not for users: memory, hashes, names, rows, shapes and the sentences of errors. */
export { sha256 } from "./digest.js";
export { allocate, bytesPerElement, dtypes, viewBytes } from "./dtype.js";
export { type ErrorFacts, errorSentences, formatError } from "./errors.js";
export { parseFacts } from "./parse-facts.js";
export { prefixed, withPrefix } from "./prefixes.js";
export { normalizeAxis, sameShape, stridesOf } from "./shape.js";
export { shortNumber } from "./short-number.js";
export { castFloats, copiedRows, firstNonFinite, pickRows, stackedRows } from "./tensor.js";
