import { fail } from "../../tensor/index.js";

/** @throws INVALID_ARGUMENT unless the value is a positive integer. */
export function requireCount(what: string, value: number): void {
  check(Number.isSafeInteger(value) && value > 0, what, "a positive integer", value);
}

/** @throws INVALID_ARGUMENT unless the value is a finite length above zero. */
export function requireLength(what: string, value: number): void {
  check(Number.isFinite(value) && value > 0, what, "a finite number > 0", value);
}

/** @throws INVALID_ARGUMENT unless the value is a finite standard deviation; zero is one. */
export function requireDeviation(what: string, value: number): void {
  check(Number.isFinite(value) && value >= 0, what, "a finite number >= 0", value);
}

/** @throws INVALID_ARGUMENT unless the value is finite, of either sign. */
export function requireFinite(what: string, value: number): void {
  check(Number.isFinite(value), what, "a finite number", value);
}

function check(holds: boolean, what: string, expected: string, received: number): void {
  if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(received) });
}
