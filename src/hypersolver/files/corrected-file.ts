import { z } from "zod/mini";
import { bind, encodeOnnx, type ImportedModel, importOnnx, inline, trace } from "../../graph/index.js";
import { makeGraph, topological } from "../../graph/internal.js";
import { nonStationaryCoefficientsSchema } from "../../ode/internal.js";
import { fail, isHypersolversError } from "../../tensor/index.js";
import { parseFacts, prefixed, withPrefix } from "../../tensor/internal.js";
import { type CorrectionNetwork, parseCorrectionInputs } from "../correction/correction.js";
import { correctionBlocks } from "../learned/corrected-coefficients.js";
import { type CorrectedMethod, corrected } from "../learned/corrected-method.js";
import { type CoefficientCard, coefficientCardSchema } from "./coefficient-file.js";
import { weightsHash } from "./weights-hash.js";

/** Key of coefficients and card in the model's metadata. */
export const LEARNED_KEY = "hypersolvers.learned";

const schema = z.strictObject({
  format: z.literal(1),
  span: z.tuple([z.number(), z.number()]),
  coefficients: nonStationaryCoefficientsSchema,
  every: z.int().check(z.gte(1)),
  gains: z.array(z.number()),
  networks: z.array(z.strictObject({ inputs: z.array(z.string()), features: z.array(z.string()) })),
  card: z.optional(coefficientCardSchema),
  /** Hash of the networks' weights as a reader finds them. */
  weights: z.optional(z.string()),
});

type Learned = z.infer<typeof schema>;

/** Corrected coefficients out of a file. */
export interface LoadedCorrected {
  readonly method: CorrectedMethod;
  readonly card: CoefficientCard | undefined;
  /** Whether the networks' weights are those that the card was written for. */
  readonly intact: boolean;
}

/**
 * Corrected coefficients as an ONNX model: every network with inputs `g0 z`, `g0 k0`, … and output `g0`, weights as
 * initializers; coefficients, gains and card as metadata. Every number comes back exactly.
 */
export function encodeCorrected(
  { corrected: solver, grid }: CorrectedMethod,
  card?: CoefficientCard,
): Uint8Array {
  const { coefficients, every, gains, networks } = solver;
  const mesh = "mesh" in grid ? grid.mesh : [0, 1];
  const weights = together(networks.map(({ parameters }) => parameters));
  const specs = together(networks.map(({ graph }) => graph.inputs));
  const whole = trace<string>(specs, (nodes) =>
    Object.fromEntries(
      networks.map(({ graph }, i) => {
        const { g } = inline(graph, withPrefix(nodes, `g${i} `));
        return [`g${i}`, g as NonNullable<typeof g>];
      }),
    ),
  );
  const encoded = (metadata: Readonly<Record<string, string>>): Uint8Array =>
    encodeOnnx(bind(whole, weights), { metadata, weights });
  const learned: Learned = {
    format: 1,
    span: [mesh[0] ?? 0, mesh.at(-1) ?? 1],
    coefficients: coefficients as Learned["coefficients"],
    every,
    gains: [...gains],
    networks: networks.map(({ inputs, features }) => ({ inputs: [...inputs], features: [...features] })),
    card,
    weights: weightsHash(importOnnx(encoded({}), "g").parameters),
  };
  return encoded({ [LEARNED_KEY]: JSON.stringify(learned) });
}

/** Records of all networks as one: names of the i-th begin with `gi `. */
const together = <T>(records: readonly Readonly<Record<string, T>>[]): Record<string, T> =>
  Object.assign({}, ...records.map((record, i) => prefixed(record, `g${i} `))) as Record<string, T>;

/**
 * Reads such a file.
 * @param file what to call it, also in the method's spelling.
 * @throws MALFORMED_FILE naming what is wrong; what `importOnnx` throws.
 */
export function decodeCorrected(bytes: Uint8Array, file: string): LoadedCorrected {
  const model = importOnnx(bytes, file);
  const learned = parseFacts(schema, model.metadata[LEARNED_KEY], {
    what: file,
    expected: `a learned solver as a fit writes it, with "${LEARNED_KEY}" in its metadata`,
  });
  const { span, coefficients, every, gains, card, weights } = learned;
  const blocks = correctionBlocks(coefficients.times.length, every);
  const stages = learned.networks.map((_, i) => {
    const { start = 0, end = 0 } = blocks[i] ?? {};
    return end - start;
  });
  try {
    const networks = learned.networks.map((own, i) => networkOf(model, own, i, stages[i] ?? 0));
    const method = corrected({ coefficients, every, gains, networks }, span, { file });
    return { method, card, intact: weights === undefined || weights === weightsHash(model.parameters) };
  } catch (cause) {
    if (!isHypersolversError(cause)) throw cause;
    const { what, received, expected } = cause.facts;
    throw fail("MALFORMED_FILE", { what: file, expected, received: `${what}: ${received}` });
  }
}

/** The i-th network of a model, its inputs by the names that `siteInputs` gives them. */
function networkOf(
  { graph, parameters: all }: ImportedModel,
  { inputs: names, features }: Learned["networks"][number],
  i: number,
  stages: number,
): CorrectionNetwork {
  const prefix = `g${i} `;
  const output = graph.outputs[`g${i}`];
  if (output === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "outputs",
      expected: `"g${i}", the answer of network ${i}`,
      received: Object.keys(graph.outputs).join(", "),
    });
  const used = new Set(topological([output]));
  const own = Object.entries(graph.inputs).filter(([, node]) => used.has(node));
  const inputs = parseCorrectionInputs(names);
  const short = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const parameters = own.flatMap(([name]) => {
    const value = all[name];
    return value === undefined ? [] : [[short(name), value] as const];
  });
  const shown = own.filter(([name]) => all[name] === undefined).map(([name]) => name);
  const stranger = shown.find((name) => !isShown(short(name), { inputs, features }, stages));
  if (stranger !== undefined || new Set(own.map(([name]) => short(name))).size < own.length)
    throw fail("INVALID_ARGUMENT", {
      what: `inputs of network ${i}`,
      expected: `what it declares to see: ${names.join(", ")}`,
      received: stranger ?? "two of one name",
    });
  const part = makeGraph(Object.fromEntries(own), { g: output });
  const renamed = trace<string>(
    Object.fromEntries(own.map(([name, { shape, dtype }]) => [short(name), { shape, dtype }])),
    (nodes) =>
      inline(part, Object.fromEntries(own.map(([name]) => [name, nodes[short(name)] as typeof output]))),
  );
  return { inputs, features, graph: renamed, parameters: Object.fromEntries(parameters) };
}

/** Whether a correction with these inputs is shown something of this name. */
function isShown(
  name: string,
  { inputs, features }: Pick<CorrectionNetwork, "inputs" | "features">,
  stages: number,
): boolean {
  const known = inputs.flatMap((input) => {
    if (input === "stages") return Array.from({ length: stages }, (_, k) => `k${k}`);
    return input === "features" ? features.map((feature) => `feature ${feature}`) : [input];
  });
  return known.includes(name) || (name.startsWith("x ") && inputs.includes("x"));
}
