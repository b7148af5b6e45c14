import type { Node } from "./node.js";

/**
 * All nodes that the outputs depend on, inputs before users, without recursion: unrolled solves are deep.
 * @param known nodes to leave out, with what they alone depend on.
 */
export function topological(outputs: readonly Node[], known: Iterable<Node> = []): Node[] {
  const seen = new Set(known);
  const order: Node[] = [];
  const stack: { node: Node; next: number }[] = [];
  const enter = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const input = frame.node.inputs[frame.next++];
      if (input !== undefined) enter(input);
      else {
        stack.pop();
        order.push(frame.node);
      }
    }
  }
  return order;
}

/** Those of `order` that depend on one of `sources`, the sources included. `order` must be topological. */
export function dependents(order: readonly Node[], sources: readonly Node[]): Set<Node> {
  const reached = new Set(sources);
  for (const node of order) if (node.inputs.some((input) => reached.has(input))) reached.add(node);
  return reached;
}
