const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const missing = /^([+-]?(nan|inf(inity)?)|na|n\/a|null|none)$/i;

/** Whether a cell is a decimal number: `-1.5e-3`, not `0x10`, `1,5` or `NaN`. */
export function isDecimal(cell: string): boolean {
  return decimal.test(cell);
}

/** Whether a cell stands in the place of a number, as `nan`, `-inf` and `NA` do: no name of a column. */
export function isMissing(cell: string): boolean {
  return missing.test(cell);
}

/** The fewest digits that read back as the same float32, sign of zero included: `0.1`, not `0.10000000149011612`. */
export function shortestFloat32(value: number): string {
  if (Object.is(value, -0)) return "-0";
  // Six digits always survive float32, so what is shorter is among them with zeros at the end; nine always suffice.
  for (const digits of [6, 7, 8]) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
