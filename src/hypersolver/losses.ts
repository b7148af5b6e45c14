import { inline, mean, type NamedNodes, type Node, norm, reshape, sub, sum } from "../graph/index.js";
import { type Field, type Span, stepsOf, uniformMesh } from "../ode/index.js";
import type { Correction } from "./correction.js";
import { hyperRule } from "./hyper-rule.js";
import { columnNodes, type RowTable } from "./row-table.js";
import { RESIDUAL } from "./training-data.js";
import { controlColumn, pointColumn } from "./trajectory-data.js";

/** Mean over the batch of the Euclidean norm of one sample. */
function meanNorm(difference: Node): Node {
  const [batch = 1, ...rest] = difference.shape;
  const width = rest.reduce<number>((product, size) => product * Number(size), 1);
  return mean(norm(reshape(difference, [batch, width])));
}

/**
 * Residual fitting: mean of ‖R − g‖₂ (Poli et al., 2020, eq. 6). Needs no evaluation of f.
 * @param matrix a batch of `residualData`.
 */
export function residualLoss(
  correction: Correction,
  parameters: NamedNodes,
  matrix: Node,
  columns: RowTable["columns"],
): Node {
  const nodes = columnNodes(matrix, columns);
  const { g } = inline(correction.graph, { ...nodes, ...parameters });
  return meanNorm(sub(nodes[RESIDUAL] as Node, g as Node));
}

/**
 * Trajectory fitting: Σ_k ‖z(s_k) − z_k‖₂, averaged over the batch (Poli et al., 2020, eq. 7), with gradients
 * through f unless `throughField` is false.
 * @param matrix a batch of `trajectoryData`.
 */
export function trajectoryLoss(
  field: Field,
  correction: Correction,
  parameters: NamedNodes,
  matrix: Node,
  {
    columns,
    span,
    steps,
    throughField,
  }: { columns: RowTable["columns"]; span: Span; steps: number; throughField: boolean },
): Node {
  const nodes = columnNodes(matrix, columns);
  const rule = hyperRule(field, correction, { parameters, throughField });
  const controls = Object.fromEntries(
    field.roles.controls.map((name) => [name, nodes[controlColumn(name)] as Node]),
  );
  const z0 = nodes[pointColumn(0)] as Node;
  let z = z0;
  const terms = stepsOf(uniformMesh(span, steps)).map(({ s, dt }, k) => {
    z = rule.step({ s, dt, z, z0, controls });
    return meanNorm(sub(nodes[pointColumn(k + 1)] as Node, z));
  });
  return sum(...terms);
}
