/** A determinant by sign and logarithm, which neither overflows nor underflows. */
export interface LogDeterminant {
  /** log |det A|; −∞ for a singular matrix. */
  readonly log: number;
  readonly sign: number;
}

/**
 * The determinant of a square matrix, by elimination with partial pivoting.
 * @param rows d of them; columns do as well. They are overwritten.
 */
export function logDeterminant(rows: Float64Array[]): LogDeterminant {
  let log = 0;
  let sign = 1;
  for (let k = 0; k < rows.length; k++) {
    const at = (i: number): number => rows[i]?.[k] ?? 0;
    let best = k;
    for (let i = k + 1; i < rows.length; i++) if (Math.abs(at(i)) > Math.abs(at(best))) best = i;
    const [pivot, other] = [rows[best], rows[k]];
    if (pivot === undefined || other === undefined || at(best) === 0)
      return { log: Number.NEGATIVE_INFINITY, sign: 0 };
    if (best !== k) {
      [rows[k], rows[best]] = [pivot, other];
      sign = -sign;
    }
    log += Math.log(Math.abs(at(k)));
    sign *= Math.sign(at(k));
    for (let i = k + 1; i < rows.length; i++) {
      const factor = at(i) / (pivot[k] ?? 1);
      const row = rows[i] ?? pivot;
      for (let j = k; j < row.length; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return { log, sign };
}
