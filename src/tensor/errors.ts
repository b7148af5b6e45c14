/** What went wrong, by code. The sentence is what a reader of a log sees first. */
export const errorSentences = {
  INVALID_ARGUMENT: "An argument is not usable",
  SHAPE_MISMATCH: "Shapes do not fit together",
  DTYPE_MISMATCH: "Element types do not fit together",
  NON_FINITE: "A number is NaN or infinite",
  MALFORMED_FILE: "The file is damaged or not of the expected format",
  FILE_NOT_READABLE: "The file cannot be read",
  FILE_NOT_WRITABLE: "The file cannot be written",
  UNSUPPORTED_OPERATOR: "The operator is not supported",
  UNSUPPORTED_FIELD: "The model is not a vector field that can be solved",
  NOT_DIFFERENTIABLE: "There is no derivative here",
  INVALID_GRAPH: "The graph is not legal",
  INVALID_TABLEAU: "The Butcher tableau is inconsistent",
  STEP_LIMIT: "The solver reached its step limit",
  STEP_UNDERFLOW: "The step size fell below its minimum",
  MISSING_INPUT: "A program input was not given",
  RUNTIME_FAILURE: "The runtime refused or failed to execute the program",
  PACKAGE_NOT_INSTALLED: "A package that this needs is not installed",
  DEVICE_NOT_AVAILABLE: "The device is not available on this machine",
  DTYPE_NOT_AVAILABLE: "No device of this machine has the element type",
  DISPOSED: "The program was disposed",
  CARD_MISMATCH: "The correction was made for something else",
  INTERRUPTED: "The run was interrupted",
  MISSING_PACKAGE: "An optional package is not installed",
  QUEUE_NOT_AVAILABLE: "The job queue cannot be used",
} as const;

/** Stable identifier of a failure; switch on this, never on the message. */
export type ErrorCode = keyof typeof errorSentences;

/** The facts of one failure. Only `what` is required; the rest completes the message. */
export interface ErrorFacts {
  /** Where or to what it happened: `"matmul"`, `"field.onnx"`, `"--steps"`. */
  readonly what: string;
  /** What would have been right: `"[batch, 2]"`. */
  readonly expected?: string | undefined;
  /** What came: `"[batch, 3]"`. */
  readonly received?: string | undefined;
  /** What to do next, as an instruction. */
  readonly help?: string | undefined;
  /** Machine-readable extras, such as the last good state of a solve. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The one error class of the library: data with a code, from which the message is made. */
export class HypersolversError extends Error {
  override readonly name = "HypersolversError";
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, facts: ErrorFacts) {
    super(formatError(code, facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.facts = facts;
  }
}

/** Prose of an error: sentence, place, expectation, observation, advice. */
export function formatError(code: ErrorCode, facts: ErrorFacts): string {
  const lines = [`${errorSentences[code]} (${facts.what}).`];
  if (facts.expected !== undefined) lines.push(`  expected: ${facts.expected}`);
  if (facts.received !== undefined) lines.push(`  received: ${facts.received}`);
  if (facts.help !== undefined) lines.push(`  help: ${facts.help}`);
  return lines.join("\n");
}

/** Makes the error, for `throw fail(...)`, so that control flow stays visible at the call site. */
export function fail(code: ErrorCode, facts: ErrorFacts): HypersolversError {
  return new HypersolversError(code, facts);
}

/** Narrows an unknown caught value to a library error, optionally of one code. */
export function isHypersolversError(error: unknown, code?: ErrorCode): error is HypersolversError {
  return error instanceof HypersolversError && (code === undefined || error.code === code);
}
