import { meantAdvice } from "../../spec/internal.js";
import { fail } from "../../tensor/errors.js";

/** How base distributions are called, for help. */
export const baseSpellings = ["normal", "logistic", "student-t:NU"] as const;

/** A base distribution by name. */
export type BaseName =
  | { readonly kind: "normal" | "logistic" }
  | { readonly kind: "student-t"; readonly freedom: number };

/** Above, the normal distribution is the same in all that float32 shows, and drawn a thousand times as fast. */
const MOST_FREEDOM = 1000;

/**
 * Reads `normal`, `logistic`, `student-t(5)`; where a shell minds parentheses, `student-t:5`.
 * @throws INVALID_ARGUMENT listing the names.
 */
export function parseBase(text: string): BaseName {
  if (text === "normal" || text === "logistic") return { kind: text };
  const freedom = /^student-t(?:\((\d+)\)|:(\d+))$/
    .exec(text)
    ?.slice(1)
    .find((digits) => digits !== undefined);
  if (freedom !== undefined) return { kind: "student-t", freedom: checkFreedom(Number(freedom)) };
  throw fail("INVALID_ARGUMENT", {
    what: "base distribution",
    expected: "normal, logistic or student-t(NU) with an integer NU",
    received: text,
    help: meantAdvice(text, baseSpellings),
  });
}

/** @throws INVALID_ARGUMENT unless ν is an integer from 1 to 1000: a draw of Student's t takes ν + 1 normals. */
export function checkFreedom(freedom: number): number {
  if (Number.isInteger(freedom) && freedom >= 1 && freedom <= MOST_FREEDOM) return freedom;
  throw fail("INVALID_ARGUMENT", {
    what: "student-t: degrees of freedom",
    expected: `an integer from 1 to ${MOST_FREEDOM}; with more, take the normal distribution`,
    received: String(freedom),
  });
}
