import { inspectOnnx } from "../../graph/index.js";
import type { Field, NonStationaryMethod } from "../../ode/index.js";
import { type CorrectedMethod, isCorrected } from "../learned/corrected-method.js";
import type { StudentMethod } from "../student/student-method.js";
import {
  type CoefficientCard,
  coefficientWarnings,
  decodeCoefficients,
  encodeCoefficients,
  type FitCard,
} from "./coefficient-file.js";
import { decodeCorrected, encodeCorrected, LEARNED_KEY } from "./corrected-file.js";
import { decodeStudent, STUDENT_KEY } from "./student-file.js";

/** What was fitted through a whole solve, out of a file: coefficients, alone or with corrections on top, or a student. */
export interface LoadedSolver {
  readonly method: NonStationaryMethod | CorrectedMethod | StudentMethod;
  readonly card: FitCard | CoefficientCard | undefined;
  /** Whether its weights are those that the card was written for; coefficients alone have none. */
  readonly intact: boolean;
}

/** A fitted solver as a file: JSON for coefficients alone, an ONNX model where networks come with them. */
export const encodeLearned = (
  method: NonStationaryMethod | CorrectedMethod,
  card?: CoefficientCard,
): Uint8Array => (isCorrected(method) ? encodeCorrected(method, card) : encodeCoefficients(method, card));

/**
 * Reads such a file, or a student's, whichever it is.
 * @param file what to call it, also in the method's spelling.
 * @throws MALFORMED_FILE naming what is wrong; for a model, what `importOnnx` throws.
 */
export function decodeLearned(bytes: Uint8Array, file: string): LoadedSolver {
  if (looksLikeJson(bytes)) return { ...decodeCoefficients(bytes, file), intact: true };
  const { metadata } = inspectOnnx(bytes, file);
  return metadata[STUDENT_KEY] === undefined ? decodeCorrected(bytes, file) : decodeStudent(bytes, file);
}

/** Whether a file is one of these, or at least JSON. @throws MALFORMED_FILE for what is neither JSON nor a model. */
export function isLearnedFile(bytes: Uint8Array, file: string): boolean {
  if (looksLikeJson(bytes)) return true;
  const { metadata } = inspectOnnx(bytes, file);
  return metadata[LEARNED_KEY] !== undefined || metadata[STUDENT_KEY] !== undefined;
}

/** What a solver that was read has against itself and a use: one sentence each. */
export function learnedWarnings(loaded: LoadedSolver, field: Field): string[] {
  const changed = loaded.intact
    ? []
    : [
        "the weights of this solver were changed after its card was written: nothing that the card says of its errors holds",
      ];
  return [...coefficientWarnings(loaded, field), ...changed];
}

/** No ONNX model begins with a brace or with space: its first byte tells a field of number 1 or more. */
export const looksLikeJson = (bytes: Uint8Array): boolean => {
  const text = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  return text.startsWith("{");
};
