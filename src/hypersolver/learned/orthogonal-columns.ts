/** Least squares over columns that are added one at a time. */
export interface OrthogonalColumns {
  add(column: Float64Array): void;
  /** One weight per column, of the combination closest to the target. */
  weights(target: Float64Array): Float64Array;
}

/** Share of a column that its rounding in float32 is, with that of what computed it: 2⁻²². */
const ROUNDING = 2 ** -22;

/** A direction, and what stands for rounding beside it: one number a column, since each is rounded by itself. */
interface Direction {
  readonly along: Float64Array;
  readonly rounding: Float64Array;
}

/**
 * Least squares over columns that become more: modified Gram–Schmidt, done twice. Weights multiply the rounding of their
 * columns, which is weighed against what they gain (ridge regression by it): nearly the same columns get no large weights of
 * opposite sign.
 */
export function orthogonalColumns(): OrthogonalColumns {
  const basis: Direction[] = [];
  /** Column j of R, as the columns were added. */
  const triangle: Float64Array[] = [];
  return {
    add: (column) => {
      const rest = { along: Float64Array.from(column), rounding: new Float64Array(basis.length + 1) };
      rest.rounding[basis.length] = ROUNDING * Math.sqrt(dot(column, column));
      const shares = new Float64Array(basis.length + 1);
      for (let pass = 0; pass < 2; pass++)
        for (const [i, { along, rounding }] of basis.entries()) {
          const share = dot(along, rest.along) + dot(rounding, rest.rounding);
          shares[i] = (shares[i] ?? 0) + share;
          addTo(rest.along, along, -share);
          addTo(rest.rounding, rounding, -share);
        }
      const length = Math.sqrt(dot(rest.along, rest.along) + dot(rest.rounding, rest.rounding));
      shares[basis.length] = length > 0 ? length : 0;
      const unit = (value: number): number => (length > 0 ? value / length : 0);
      basis.push({ along: rest.along.map(unit), rounding: rest.rounding.map(unit) });
      triangle.push(shares);
    },
    weights: (target) => {
      const found = Float64Array.from(basis, ({ along }) => dot(along, target));
      for (let j = found.length - 1; j >= 0; j--) {
        const shares = triangle[j] ?? new Float64Array(j + 1);
        const pivot = shares[j] ?? 0;
        const weight = pivot === 0 ? 0 : (found[j] ?? 0) / pivot;
        found[j] = weight;
        for (let i = 0; i < j; i++) found[i] = (found[i] ?? 0) - weight * (shares[i] ?? 0);
      }
      return found;
    },
  };
}

/** Over the numbers of the first. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** a + factor · b, in place, over the numbers of b. */
export function addTo(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < b.length; i++) a[i] = (a[i] ?? 0) + factor * (b[i] ?? 0);
}
