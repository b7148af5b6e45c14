/** Columns that a target is a sum of, one after another. */
export interface OrthogonalColumns {
  add(column: Float64Array): void;
  /** One weight a column: the sum that comes closest to the target by squares. */
  weights(target: Float64Array): Float64Array;
}

/** What a column has beyond those before it is rounding of float32 where it is a smaller share. */
const DEPENDENT = 1e-5;

/** Least squares over columns that become more: modified Gram–Schmidt, done twice. A column that says nothing new gets no weight. */
export function orthogonalColumns(): OrthogonalColumns {
  const basis: Float64Array[] = [];
  /** Column j of R, as the columns were added. */
  const triangle: Float64Array[] = [];
  return {
    add: (column) => {
      const rest = Float64Array.from(column);
      const shares = new Float64Array(basis.length + 1);
      for (let turn = 0; turn < 2; turn++)
        for (const [i, direction] of basis.entries()) {
          const share = dot(direction, rest);
          shares[i] = (shares[i] ?? 0) + share;
          addTo(rest, direction, -share);
        }
      const [length, whole] = [Math.sqrt(dot(rest, rest)), Math.sqrt(dot(column, column))];
      const isNew = length > DEPENDENT * whole;
      shares[basis.length] = isNew ? length : 0;
      basis.push(isNew ? rest.map((value) => value / length) : new Float64Array(rest.length));
      triangle.push(shares);
    },
    weights: (target) => {
      const found = Float64Array.from(basis, (direction) => dot(direction, target));
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

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** a + factor · b, in place. */
export function addTo(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] ?? 0) + factor * (b[i] ?? 0);
}
