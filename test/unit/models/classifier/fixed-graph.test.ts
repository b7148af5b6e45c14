import { expect, test } from "vitest";
import type { Node } from "../../../../src/graph/index.js";
import { fixedClassifier } from "../../../../src/models/classifier/fixed-graph.js";
import { newClassifier } from "../../../../src/models/index.js";
import { euler, fixed, rk4 } from "../../../../src/ode/index.js";
import { Random } from "../../../../src/tensor/index.js";
import { tinyArchitecture } from "../../../helpers/classifiers.js";

/** Most numbers that are alive at once when nodes are computed in order, of one image and without constants. */
function mostAlive(outputs: readonly Node[]): number {
  const found = new Set<Node>();
  const visit = (node: Node): void => {
    if (found.has(node)) return;
    found.add(node);
    node.inputs.forEach(visit);
  };
  outputs.forEach(visit);
  const nodes = [...found].sort((a, b) => a.id - b.id);
  const lastUse = new Map(nodes.flatMap((node) => node.inputs.map((input) => [input, node])));
  const size = ({ op, shape }: Node): number =>
    op === "constant"
      ? 0
      : shape.reduce<number>((product, extent) => product * (extent === "batch" ? 1 : extent), 1);
  let alive = 0;
  let most = 0;
  for (const node of nodes) {
    alive += size(node);
    most = Math.max(most, alive);
    for (const input of new Set(node.inputs)) if (lastUse.get(input) === node) alive -= size(input);
  }
  return most;
}

test.each([euler, rk4])("what $name needs at once does not grow with the steps", (tableau) => {
  const classifier = newClassifier(tinyArchitecture, new Random(1));
  const [few, ...more] = [2, 4, 16, 64].map((steps) =>
    mostAlive(Object.values(fixedClassifier(classifier, fixed(tableau, { steps })).graph.outputs)),
  );
  expect(few).toBeGreaterThan(0);
  expect(more).toEqual([few, few, few]);
});
