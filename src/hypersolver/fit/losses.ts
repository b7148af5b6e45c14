import {
  cast,
  inline,
  mean,
  type NamedNodes,
  type Node,
  norm,
  reshape,
  sub,
  sum,
} from "../../graph/index.js";
import { type Field, type Span, uniformMesh } from "../../ode/index.js";
import { controlSpecs, stateType, stepsOf } from "../../ode/internal.js";
import type { Correction } from "../correction/correction.js";
import { hyperScheme } from "../correction/hyper-scheme.js";
import { columnNodes, type RowTable } from "../reference/row-table.js";
import { RESIDUAL } from "../reference/training-data.js";
import { controlColumn, pointColumn } from "../reference/trajectory-data.js";

/** Mean over the batch of the Euclidean norm of one sample. */
function meanNorm(difference: Node): Node {
  const [batch = 1, ...rest] = difference.shape;
  const width = rest.reduce<number>((product, size) => product * Number(size), 1);
  return mean(norm(reshape(difference, [batch, width])));
}

/**
 * Residual fitting: mean of ‖R − g‖₂ (Poli et al., 2020, eq. 6). Needs no evaluation of f.
 * @param nodes the correction's inputs by the names of `siteInputs`, and the residual.
 */
export function residualDistance(correction: Correction, parameters: NamedNodes, nodes: NamedNodes): Node {
  const { [RESIDUAL]: residual, ...inputs } = nodes;
  const { g } = inline(correction.graph, { ...inputs, ...parameters });
  return meanNorm(sub(residual as Node, g as Node));
}

/** `residualDistance` of a batch of `residualData`. */
export function residualLoss(
  correction: Correction,
  parameters: NamedNodes,
  matrix: Node,
  columns: RowTable["columns"],
): Node {
  return residualDistance(correction, parameters, columnNodes(matrix, columns));
}

/** What trajectory fitting solves, and whether gradients flow through f. */
interface TrajectoryOptions {
  readonly span: Span;
  readonly steps: number;
  readonly throughField: boolean;
}

/**
 * Trajectory fitting: Σ_k ‖z(s_k) − z_k‖₂, averaged over the batch (Poli et al., 2020, eq. 7), with gradients
 * through f unless `throughField` is false. Steps are taken in the field's type, which the result has.
 * @param nodes reference states at the mesh points and controls, by `pointColumn` and `controlColumn`.
 */
export function trajectoryDistance(
  field: Field,
  correction: Correction,
  parameters: NamedNodes,
  nodes: NamedNodes,
  { span, steps, throughField }: TrajectoryOptions,
): Node {
  const scheme = hyperScheme(field, correction, { parameters, throughField });
  const { dtype } = stateType(field);
  const specs = controlSpecs(field);
  const controls = Object.fromEntries(
    field.roles.controls.map((name) => [
      name,
      cast(nodes[controlColumn(name)] as Node, specs[name]?.dtype ?? "float32"),
    ]),
  );
  const point = (k: number): Node => cast(nodes[pointColumn(k)] as Node, dtype);
  const z0 = point(0);
  let z = z0;
  const terms = stepsOf(uniformMesh(span, steps)).map(({ s, dt }, k) => {
    z = scheme.step({ s, dt, z, z0, controls }).z1;
    return meanNorm(sub(point(k + 1), z));
  });
  return sum(...terms);
}

/** `trajectoryDistance` of a batch of `trajectoryData`, in float32 as the weights that learn from it. */
export function trajectoryLoss(
  field: Field,
  correction: Correction,
  parameters: NamedNodes,
  matrix: Node,
  { columns, ...options }: TrajectoryOptions & { readonly columns: RowTable["columns"] },
): Node {
  return cast(
    trajectoryDistance(field, correction, parameters, columnNodes(matrix, columns), options),
    "float32",
  );
}
