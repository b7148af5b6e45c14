import { z } from "zod";
import { fail } from "../tensor/index.js";

const measured = z.object({
  steps: z.number(),
  nfe: z.number(),
  macs: z.number(),
  /** Mean Euclidean distance to the reference at the end of the span, of base and hypersolver. */
  base: z.number(),
  hypersolver: z.number(),
});

/** What a correction was made for and what it was measured to do: travels inside `correction.onnx`. */
const cardSchema = z.object({
  format: z.literal(1),
  base: z.string(),
  order: z.number(),
  inputs: z.array(z.string()),
  features: z.array(z.string()),
  span: z.tuple([z.number(), z.number()]),
  steps: z.number(),
  /** Step sizes seen in training; negative where the span runs backwards. */
  epsilon: z.tuple([z.number(), z.number()]),
  stateShape: z.array(z.union([z.number(), z.string()])),
  /** Column means and deviations of the initial states seen in training. */
  states: z.object({ source: z.string(), mean: z.array(z.number()), deviation: z.array(z.number()) }),
  reference: z.object({ method: z.string(), tolerance: z.number(), precision: z.string(), noiseFloor: z.number() }),
  measured: z.array(measured),
  seed: z.number(),
  library: z.string(),
  /** Hash of the field's operators and weights. */
  fingerprint: z.string(),
});

export type ValidityCard = z.infer<typeof cardSchema>;
export type MeasuredError = z.infer<typeof measured>;

/** Key of the card in the model's metadata. */
export const CARD_KEY = "hypersolvers.card";

/**
 * Reads a card from its JSON text.
 * @throws MALFORMED_FILE naming the first field that is wrong.
 */
export function parseCard(text: string, what: string): ValidityCard {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fail("MALFORMED_FILE", { what, expected: "a validity card as JSON", received: text.slice(0, 60) });
  }
  const result = cardSchema.safeParse(parsed);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw fail("MALFORMED_FILE", {
    what: `${what}: validity card`,
    expected: issue?.message ?? "a valid card",
    received: `${issue?.path.join(".")}`,
    help: "fit the correction again with this version",
  });
}
