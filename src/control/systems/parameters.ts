import { fail } from "../../tensor/index.js";

/**
 * Physical constants that make sense.
 * @throws INVALID_ARGUMENT naming the one that does not.
 */
export function requireParameters(
  what: string,
  positive: Readonly<Record<string, number>>,
  notNegative: Readonly<Record<string, number>> = {},
): void {
  for (const [name, value] of Object.entries(positive))
    check(`${what}: ${name}`, value, value > 0, "above 0");
  for (const [name, value] of Object.entries(notNegative))
    check(`${what}: ${name}`, value, value >= 0, "of 0 or more");
}

function check(what: string, value: number, holds: boolean, expected: string): void {
  if (holds && Number.isFinite(value)) return;
  throw fail("INVALID_ARGUMENT", { what, expected: `a finite number ${expected}`, received: String(value) });
}
