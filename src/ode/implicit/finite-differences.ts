import type { VectorField } from "../methods/algebra.js";
import { rmsNorm } from "../plain/plain-stepper.js";
import { clampTo, type Span } from "../problem/mesh.js";
import type { Tolerances } from "../step-control/step-control.js";
import type { LinearizationPoint, LinearizedField } from "./linearized-field.js";

/** ∂f/∂y at (s, y) of a JavaScript field: d rows of d numbers, or all of them row by row. */
export type PlainJacobian = (s: number, y: Float64Array) => ArrayLike<number> | readonly ArrayLike<number>[];

/** Where differences are taken, and what counts as nothing there. */
interface Differencing {
  /** Numbers of the state. */
  readonly width: number;
  /** Where f may be evaluated. */
  readonly span: Span;
  readonly tolerances: Tolerances;
  /** The Jacobian where somebody says it, [d, d] row by row. */
  readonly exact: ((s: number, y: Float64Array) => Float64Array) | undefined;
}

/** A JavaScript field with its derivatives by forward differences: those of the state only where no Jacobian is given. */
export function differencedField(
  field: VectorField<Float64Array, number>,
  { width, span, tolerances, exact }: Differencing,
): LinearizedField {
  const rateAt = ({ s, y, k }: LinearizationPoint): Float64Array => {
    const step = ROOT * Math.max(Math.abs(s), Math.abs(span[1] - span[0]) * 1e-3);
    const other = clampTo(span, s + step) === s ? clampTo(span, s - step) : clampTo(span, s + step);
    return other === s ? new Float64Array(width) : quotient(field(other, y), k, other - s);
  };
  return {
    width,
    evaluationsPerLinearization: exact === undefined ? width + 1 : 1,
    evaluate: field,
    linearize: (at) => ({
      jacobian: exact?.(at.s, at.y) ?? differences(field, at, tolerances),
      rate: rateAt(at),
    }),
  };
}

/** Differences of functions that are exact to 2⁻⁵³ are best at its root. */
const ROOT = 2 ** -26;

function differences(
  field: VectorField<Float64Array, number>,
  at: LinearizationPoint,
  tolerances: Tolerances,
): Float64Array {
  const { s, y, k } = at;
  const width = y.length;
  const found = new Float64Array(width * width);
  for (const [j, increment] of incrementsAt(at, tolerances).entries()) {
    const moved = Float64Array.from(y);
    moved[j] = (y[j] ?? 0) + increment;
    const column = quotient(field(s, moved), k, (moved[j] ?? 0) - (y[j] ?? 0));
    for (const [i, value] of column.entries()) found[i * width + j] = value;
  }
  return found;
}

/**
 * How far to move each number of the state: by a share of its size or of its way in this step, and so far at least that the
 * rounding of f, over the increment, changes nothing within tolerance.
 * Reference: A. C. Hindmarsh et al., SUNDIALS, ACM Trans. Math. Software 31 (2005), section 2.1 (difference quotients).
 */
function incrementsAt({ dt, y, k }: LinearizationPoint, { rtol, atol }: Tolerances): Float64Array {
  const allowed = y.map((value) => atol + rtol * Math.abs(value));
  const ways = k.map((value) => Math.abs(dt * value));
  const way = rmsNorm(ways.map((value, i) => value / Math.max(allowed[i] ?? 0, 1e-300)));
  const least = 1000 * 2 ** -53 * y.length * way;
  return y.map((value, j) => {
    const size = ROOT * Math.max(Math.abs(value), ways[j] ?? 0);
    const increment = Math.max(size, least * (allowed[j] ?? 0));
    return increment > 0 && Number.isFinite(increment) ? increment : ROOT * 1e-3;
  });
}

const quotient = (after: Float64Array, before: Float64Array, step: number): Float64Array =>
  after.map((value, i) => (value - (before[i] ?? 0)) / step);
