import { z } from "zod/mini";
import { bind, encodeOnnx, importOnnx } from "../../graph/index.js";
import { makeGraph } from "../../graph/internal.js";
import { fail, isHypersolversError } from "../../tensor/index.js";
import { parseFacts } from "../../tensor/internal.js";
import { parseCorrectionInputs } from "../correction/correction.js";
import { type StudentMethod, student } from "../student/student-method.js";
import { type FitCard, fitCardSchema } from "./coefficient-file.js";
import { weightsHash } from "./weights-hash.js";

/** Key of span and card in the model's metadata. */
export const STUDENT_KEY = "hypersolvers.student";

const schema = z.strictObject({
  format: z.literal(1),
  span: z.tuple([z.number(), z.number()]),
  inputs: z.array(z.string()),
  card: z.optional(fitCardSchema),
  /** Hash of the weights as a reader finds them. */
  weights: z.optional(z.string()),
});

/** A student out of a file. */
export interface LoadedStudent {
  readonly method: StudentMethod;
  readonly card: FitCard | undefined;
  /** Whether its weights are those that the card was written for. */
  readonly intact: boolean;
}

/** A student as an ONNX model: inputs `z` and `x NAME` for every control, output `g` = z(t1) − z, weights as initializers. */
export function encodeStudent({ student: network, grid }: StudentMethod, card?: FitCard): Uint8Array {
  const { graph, parameters, inputs } = network;
  const mesh = "mesh" in grid ? grid.mesh : [0, 1];
  const encoded = (metadata: Readonly<Record<string, string>>): Uint8Array =>
    encodeOnnx(bind(graph, parameters), { metadata, weights: parameters });
  const facts: z.infer<typeof schema> = {
    format: 1,
    span: [mesh[0] ?? 0, mesh.at(-1) ?? 1],
    inputs: [...inputs],
    card,
    weights: weightsHash(importOnnx(encoded({}), "student").parameters),
  };
  return encoded({ [STUDENT_KEY]: JSON.stringify(facts) });
}

/**
 * Reads such a file.
 * @param file what to call it, also in the method's spelling.
 * @throws MALFORMED_FILE naming what is wrong; what `importOnnx` throws.
 */
export function decodeStudent(bytes: Uint8Array, file: string): LoadedStudent {
  const { metadata, graph, parameters } = importOnnx(bytes, file);
  const { span, inputs, card, weights } = parseFacts(schema, metadata[STUDENT_KEY], {
    what: file,
    expected: `a student as a fit writes it, with "${STUDENT_KEY}" in its metadata`,
  });
  const { g } = graph.outputs;
  const stranger = Object.keys(graph.inputs).find(
    (name) =>
      parameters[name] === undefined && name !== "z" && !(name.startsWith("x ") && inputs.includes("x")),
  );
  if (g === undefined || stranger !== undefined)
    throw fail("MALFORMED_FILE", {
      what: file,
      expected: `a model with the inputs ${inputs.join(", ")} and the output g`,
      received: stranger ?? Object.keys(graph.outputs).join(", "),
    });
  try {
    const network = {
      inputs: parseCorrectionInputs(inputs),
      features: [],
      graph: makeGraph(graph.inputs, { g }),
      parameters,
    };
    const method = student(network, span, { file });
    return { method, card, intact: weights === undefined || weights === weightsHash(parameters) };
  } catch (cause) {
    if (!isHypersolversError(cause)) throw cause;
    const { what, received, expected } = cause.facts;
    throw fail("MALFORMED_FILE", { what: file, expected, received: `${what}: ${received}` });
  }
}
