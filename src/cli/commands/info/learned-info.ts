import { decodeLearned, type LoadedSolver } from "../../../hypersolver/index.js";
import { CHANGED_WEIGHTS, isCorrected, isStudent } from "../../../hypersolver/internal.js";
import { spanOf } from "../../../ode/internal.js";
import { formatNumber } from "../../../plot/internal.js";
import { boundsText } from "./text.js";

/** What is known of a file of a learned solver: coefficients, alone or with corrections on top, or a student. */
export interface LearnedInfo {
  readonly file: string;
  readonly bytes: number;
  readonly kind: "coefficients" | "coefficients and corrections" | "student";
  readonly span: readonly [number, number] | undefined;
  /** Evaluations of f; none by a student. */
  readonly evaluations: number;
  readonly card: LoadedSolver["card"];
  readonly warnings: readonly string[];
}

/** @throws MALFORMED_FILE naming what is wrong. */
export function learnedInfo(bytes: Uint8Array, file: string): LearnedInfo {
  const loaded = decodeLearned(bytes, file);
  const { method, card } = loaded;
  const { grid } = method;
  return {
    file,
    bytes: bytes.length,
    kind: isStudent(method)
      ? "student"
      : isCorrected(method)
        ? "coefficients and corrections"
        : "coefficients",
    span: "mesh" in grid ? spanOf(grid.mesh) : undefined,
    evaluations: evaluationsOf(method),
    card,
    warnings: loaded.intact ? [] : [CHANGED_WEIGHTS],
  };
}

function evaluationsOf(method: LoadedSolver["method"]): number {
  if (isStudent(method)) return 0;
  const { coefficients } = isCorrected(method) ? method.corrected : method;
  return coefficients.times.length;
}

/** What `info` prints of it for people. */
export function learnedText({ file, bytes, kind, span, evaluations, card }: LearnedInfo): string {
  const where = span === undefined ? "each of its steps" : `s = ${span[0]} to ${span[1]}`;
  const how = kind === "student" ? "without an evaluation of f" : `with ${evaluations} evaluations of f`;
  const lines = [
    `file         ${file}, ${bytes} bytes: ${kind} (fit with hypersolvers)`,
    `solves       ${where}, ${how}`,
  ];
  if (card === undefined) return lines.join("\n");
  const start = "start" in card ? `, of ${card.start}, with which it began, ` : ", before training ";
  const { bestError, startError, states, library, seed, fingerprint, calibration } = card;
  return [
    ...lines,
    "",
    `Error on validation states ${formatNumber(bestError)}${start}${formatNumber(startError)}. States: ${states}.`,
    `By ${library}, seed ${seed}, for the field with fingerprint ${fingerprint}.`,
    ...(calibration === undefined ? [] : ["", boundsText(calibration)]),
  ].join("\n");
}
