import { type InputSpec, type Node, neg, reduceSum, square } from "../../graph/index.js";
import { fail, formatShape } from "../../tensor/index.js";
import { type CarriedField, type CarriedRate, type CarriedSite, carriedField } from "./carried-field.js";
import { type Field, stateType } from "./field.js";
import { requireSamplesApart } from "./samples-apart.js";
import {
  defaultEstimator,
  exactJacobianSums,
  hutchinsonJacobianSums,
  type JacobianSums,
  type TraceEstimator,
} from "./trace-estimator.js";

/** What is integrated along with the state. */
export interface LogDensityOptions {
  /** Default: `exact` up to d = 8, else `hutchinson`. */
  readonly estimator?: TraceEstimator | undefined;
  /** Also ∫‖f‖² ds, the kinetic energy of the paths (Finlay et al., "How to train your neural ODE", ICML 2020). */
  readonly kinetic?: boolean;
  /** Also ∫‖∂f/∂z‖²_F ds, the squared Frobenius norm of the Jacobian (same paper). */
  readonly frobenius?: boolean;
}

/** A field over (z, log-density, …), and where its columns are: state [batch, d + 1 + …]. */
export interface LogDensityField extends CarriedField {
  readonly estimator: TraceEstimator;
  readonly columns: Readonly<Record<"logDensity", number>> &
    Readonly<Partial<Record<"kinetic" | "frobenius", number>>>;
}

/** The control of a log-density field that holds Hutchinson's noise, [batch, d]. The slash keeps it apart. */
export const NOISE_CONTROL = "/noise";

/**
 * The field together with what it does to densities: d log p(z(s))/ds = −div f, the instantaneous change of variables
 * (Chen et al., "Neural Ordinary Differential Equations", NeurIPS 2018, theorem 1). Its state is z with one column more:
 * started at log p(z(s₀)), or at 0 for the change alone. Parameters, controls and features keep their names; `hutchinson` adds the
 * control `NOISE_CONTROL`. A field like any other: it can be solved, differentiated and corrected, by a correction for the whole
 * state or for z alone.
 * @throws UNSUPPORTED_FIELD when states are not vectors [batch, d], or the derivative of one depends on others.
 */
export function logDensityField(field: Field, options: LogDensityOptions = {}): LogDensityField {
  // The trace of a Jacobian is that of one sample.
  requireSamplesApart(field, "log-density");
  const dimension = dimensionOf(field);
  const { kinetic = false, frobenius = false } = options;
  const { estimator = defaultEstimator(dimension) } = options;
  const noise: Record<string, InputSpec> =
    estimator === "hutchinson"
      ? { [NOISE_CONTROL]: { shape: ["batch", dimension], dtype: stateType(field).dtype } }
      : {};
  // One product for all that is known of a Jacobian.
  const sumsAt = new Map<Node, JacobianSums>();
  const sums = ({ dz, z, inputs }: CarriedSite): JacobianSums => {
    const known = sumsAt.get(dz) ?? jacobianSums(dz, z, inputs[NOISE_CONTROL]);
    sumsAt.set(dz, known);
    return known;
  };
  const rates: Record<string, CarriedRate> = { logDensity: (at) => neg(sums(at).trace) };
  if (kinetic) rates.kinetic = ({ dz }) => reduceSum(square(dz), [1], true);
  if (frobenius) rates.frobenius = (at) => sums(at).frobenius;
  const carried = carriedField(field, rates, noise);
  return { ...carried, estimator, columns: carried.columns as LogDensityField["columns"] };
}

function jacobianSums(dz: Node, z: Node, noise: Node | undefined): JacobianSums {
  return noise === undefined ? exactJacobianSums(dz, z) : hutchinsonJacobianSums(dz, z, noise);
}

function dimensionOf(field: Field): number {
  const { shape } = stateType(field);
  const [batch, dimension] = shape;
  if (shape.length === 2 && batch === "batch" && typeof dimension === "number") return dimension;
  throw fail("UNSUPPORTED_FIELD", {
    what: "log-density along a field",
    expected: "states that are vectors, [batch, d]",
    received: formatShape(shape),
    help: "flatten the state inside the field",
  });
}
