import { type Node, slice } from "../../graph/index.js";

/** The columns of a state [batch, n], each [batch, 1]. As many as asked for, so that they can be taken apart by name. */
export const columns = (z: Node): readonly [Node, Node, Node, Node, ...Node[]] =>
  Array.from({ length: Number(z.shape[1]) }, (_, i) => slice(z, 1, i, i + 1)) as [
    Node,
    Node,
    Node,
    Node,
    ...Node[],
  ];
