// @ts-check
/** Loss and gradients of the first iteration, to compare with the peer's. */
import { gradient, trace } from "../../dist/graph/index.js";
import { compile } from "../../dist/runtime/index.js";

/** @typedef {import("../../dist/graph/index.js").Node} Node */
/** @typedef {import("../../dist/graph/index.js").NamedNodes} NamedNodes */
/** @typedef {import("./wire.mjs").NamedTensors} NamedTensors */

/**
 * @param {NamedTensors} parameters
 * @param {NamedTensors} batch
 * @param {(parameters: NamedNodes, batch: NamedNodes) => Node} loss
 */
export async function firstGradients(parameters, batch, loss) {
  const names = Object.keys(parameters);
  const specs = Object.fromEntries(
    Object.entries({ ...parameters, ...batch }).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  );
  const graph = trace(specs, (nodes) => {
    const total = loss(nodes, nodes);
    const slopes = gradient(
      total,
      names.map((name) => /** @type {Node} */ (nodes[name])),
    );
    return {
      loss: total,
      ...Object.fromEntries(names.map((name, i) => [`d ${name}`, /** @type {Node} */ (slopes[i])])),
    };
  });
  const program = await compile(graph, { oneShot: true });
  const { loss: value, ...slopes } = await program.run({ ...parameters, ...batch });
  await program.dispose();
  const gradients = Object.fromEntries(Object.entries(slopes).map(([name, slope]) => [name.slice(2), slope]));
  return { loss: Number(value?.data[0]), gradients };
}
