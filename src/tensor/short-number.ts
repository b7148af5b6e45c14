/** A measured number in a sentence, six digits at most: `0.333333`. Who needs all digits reads the data beside it. */
export const shortNumber = (value: number): string => String(Number(value.toPrecision(6)));
