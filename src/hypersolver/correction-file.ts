import { bind, encodeOnnx, type Graph, importOnnx, makeGraph, type Node } from "../graph/index.js";
import { tableauNamed } from "../ode/index.js";
import { fail } from "../tensor/index.js";
import { CARD_KEY, parseCard, type ValidityCard } from "./card.js";
import { type Correction, parseCorrectionInputs } from "./correction.js";

/** A correction with its card as an ONNX model: inputs as declared, weights as initializers, output `g`. */
export function encodeCorrection(correction: Correction, card: ValidityCard): Uint8Array {
  return encodeOnnx(bind(correction.graph, correction.parameters), {
    metadata: { [CARD_KEY]: JSON.stringify(card) },
  });
}

/**
 * Reads `correction.onnx`.
 * @param what the file's name, for messages.
 * @throws MALFORMED_FILE when there is no card or it is not one; CARD_MISMATCH when card and model disagree.
 */
export function decodeCorrection(
  bytes: Uint8Array,
  what: string,
): Correction & { readonly card: ValidityCard } {
  const model = importOnnx(bytes, what);
  const text = model.metadata[CARD_KEY];
  if (text === undefined) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: `a correction: an ONNX model with "${CARD_KEY}" in its metadata`,
      received: "a model without a validity card",
      help: "make one with `hypersolvers fit`",
    });
  }
  const card = parseCard(text, what);
  const g = model.graph.outputs.g;
  if (g === undefined)
    throw fail("CARD_MISMATCH", {
      what,
      expected: 'an output "g"',
      received: Object.keys(model.outputs).join(", "),
    });
  const base = tableauNamed(card.base);
  if (base.order !== card.order) {
    throw fail("CARD_MISMATCH", {
      what,
      expected: `${base.name} of order ${base.order}`,
      received: `order ${card.order}`,
    });
  }
  const graph: Graph = makeGraph(model.graph.inputs, { g: g as Node });
  return {
    base,
    inputs: parseCorrectionInputs(card.inputs),
    features: card.features,
    graph,
    parameters: model.parameters,
    card,
  };
}
