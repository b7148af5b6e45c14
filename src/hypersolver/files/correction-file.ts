import { bind, encodeOnnx, type Graph, importOnnx } from "../../graph/index.js";
import { makeGraph } from "../../graph/internal.js";
import { type ButcherTableau, defineTableau, tableauNamed } from "../../ode/index.js";
import { withoutErrorControl } from "../../ode/internal.js";
import { fail, isHypersolversError } from "../../tensor/index.js";
import { type Correction, parseCorrectionInputs } from "../correction/correction.js";
import type { CorrectionInput } from "../correction/names.js";
import { CARD_KEY, parseCard, type ValidityCard } from "./card.js";
import { weightsHash } from "./weights-hash.js";

/** A correction with its card as an ONNX model: inputs as declared, weights as initializers, output `g`. */
export function encodeCorrection(correction: Correction, card: ValidityCard): Uint8Array {
  const { graph, parameters } = correction;
  const encoded = (metadata: Readonly<Record<string, string>>): Uint8Array =>
    encodeOnnx(bind(graph, parameters), { metadata, weights: parameters });
  // What a reader finds: the constants of the graph are among the weights of its file.
  const weights = weightsHash(importOnnx(encoded({}), "g").parameters);
  return encoded({ [CARD_KEY]: JSON.stringify({ ...card, weights } satisfies ValidityCard) });
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
  const card = parseCard(model.metadata[CARD_KEY], what);
  const g = model.graph.outputs.g;
  if (g === undefined)
    throw fail("CARD_MISMATCH", {
      what,
      expected: 'an output "g"',
      received: Object.keys(model.outputs).join(", "),
    });
  const base = baseOfCard(card, what);
  if (base.order !== card.order) {
    throw fail("CARD_MISMATCH", {
      what,
      expected: `${base.name} of order ${base.order}`,
      received: `order ${card.order}`,
    });
  }
  const inputs = parseCorrectionInputs(card.inputs);
  const known = new Set([...inputNames(base, inputs, card.features), ...Object.keys(model.parameters)]);
  const stranger = Object.keys(model.graph.inputs).find(
    (name) => !known.has(name) && !(name.startsWith("x ") && inputs.includes("x")),
  );
  if (stranger !== undefined) {
    throw fail("CARD_MISMATCH", {
      what,
      expected: `inputs that the card declares: ${card.inputs.join(", ")}`,
      received: `a model with an input "${stranger}"`,
    });
  }
  const graph: Graph = makeGraph(model.graph.inputs, { g });
  return { base, inputs, features: card.features, graph, parameters: model.parameters, card };
}

/** What a correction that was read says against itself: a card that was written for other weights, in one sentence. */
export function weightsWarnings({
  card,
  parameters,
}: Correction & { readonly card: ValidityCard }): string[] {
  // Files of version 0.1 do not say.
  if (card.weights === undefined || card.weights === weightsHash(parameters)) return [];
  return [
    "the weights of this correction were changed after its card was written: nothing that the card says of its errors " +
      "holds",
  ];
}

/** Names of a correction's inputs, but for the controls, whose names are the field's. */
function inputNames(
  base: ButcherTableau,
  inputs: readonly CorrectionInput[],
  features: readonly string[],
): string[] {
  return inputs.flatMap((input) => {
    if (input === "stages") return withoutErrorControl(base).b.map((_, i) => `k${i}`);
    return input === "features" ? features.map((name) => `feature ${name}`) : [input];
  });
}

/** The base of a card: one of the library's, or of the alpha family; else the card has its coefficients. */
function baseOfCard({ base, tableau }: ValidityCard, what: string): ButcherTableau {
  try {
    return tableau === undefined ? tableauNamed(base) : defineTableau(tableau);
  } catch (cause) {
    throw fail("CARD_MISMATCH", {
      what,
      expected: tableau === undefined ? "a base method of this library" : "coefficients of a method",
      received: isHypersolversError(cause) && tableau !== undefined ? cause.message : base,
      help: "fit the correction again with this version",
      cause,
    });
  }
}
