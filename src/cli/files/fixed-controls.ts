/** The number that a value of `--input` is; undefined for a file. */
export function numberIn(reference: string): number | undefined {
  const value = reference.trim() === "" ? Number.NaN : Number(reference);
  return Number.isFinite(value) ? value : undefined;
}

/** Controls of `--input` that are one number for all samples. */
export function fixedControls(input: Readonly<Record<string, string>> = {}): Record<string, number> {
  return Object.fromEntries(
    Object.entries(input).flatMap(([name, reference]) => {
      const value = numberIn(reference);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
