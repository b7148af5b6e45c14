import { z } from "zod/mini";
import { bind, encodeOnnx, importOnnx } from "../../graph/index.js";
import { fieldOfModel } from "../../ode/index.js";
import { fail } from "../../tensor/index.js";
import { parseFacts } from "../../tensor/internal.js";
import { libraryName } from "../../version.js";
import { baseNamed } from "./base-distribution.js";
import type { Flow } from "./flow.js";

/** Key of a flow's facts in the metadata of its field. */
export const FLOW_KEY = "hypersolvers.flow";

/** What is known of a flow beside its field: travels inside `flow.onnx`. */
export interface FlowFacts {
  readonly format: 1;
  readonly base: string;
  readonly span: readonly [number, number];
  readonly standardization: { readonly shift: readonly number[]; readonly scale: readonly number[] };
  /** What it was trained on, in words. */
  readonly data: string;
  /** Names of the columns, where the data had some. */
  readonly columns?: readonly string[] | undefined;
  /** How it was trained, in words. */
  readonly training: string;
  /** Negative log-likelihood of held-out data, in nats and units of the data. */
  readonly heldOutNll?: number | undefined;
  readonly seed: number;
  readonly library: string;
}

const pair = z.tuple([z.number(), z.number()]).check(z.refine(([t0, t1]) => t0 !== t1));
const facts = z.object({
  format: z.literal(1),
  base: z.string(),
  span: pair,
  standardization: z.object({ shift: z.array(z.number()), scale: z.array(z.number().check(z.positive())) }),
  data: z.string(),
  columns: z.optional(z.array(z.string())),
  training: z.string(),
  heldOutNll: z.pipe(
    z.nullish(z.number()),
    z.transform((value) => value ?? undefined),
  ),
  seed: z.number(),
  library: z.string(),
});
/** Files of version 0.1 write `standardisation`. */
const factsSchema: z.core.$ZodType<FlowFacts> = z.pipe(
  z.transform((given) => {
    if (!(given instanceof Object && "standardisation" in given)) return given;
    const { standardisation: standardization, ...others } = given;
    return { standardization, ...others };
  }),
  facts,
);

/** A flow with what is known of it. */
export type DescribedFlow = Flow & { readonly facts: FlowFacts };

/** The facts of a flow that this library trained. */
export function flowFacts(
  { base, span, standardization }: Flow,
  story: Pick<FlowFacts, "data" | "columns" | "training" | "heldOutNll" | "seed">,
): FlowFacts {
  const { shift, scale } = standardization;
  return {
    format: 1,
    base: base.name,
    span: [span[0], span[1]],
    standardization: { shift, scale },
    ...story,
    library: libraryName,
  };
}

/** The field as an ONNX model, which every command takes as a field, with the flow's facts in its metadata. */
export function encodeFlow({ field }: Flow, facts: FlowFacts): Uint8Array {
  return encodeOnnx(bind(field.graph, field.parameters), {
    metadata: { [FLOW_KEY]: JSON.stringify(facts) },
    weights: field.parameters,
  });
}

/**
 * Reads `flow.onnx`.
 * @param what the file's name, for messages.
 * @throws MALFORMED_FILE when there are no facts or they are damaged; UNSUPPORTED_FIELD when the model is no field.
 */
export function decodeFlow(bytes: Uint8Array, what: string): DescribedFlow {
  const model = importOnnx(bytes, what);
  const facts = parseFacts(factsSchema, model.metadata[FLOW_KEY], {
    what,
    expected: `a flow: an ONNX model with "${FLOW_KEY}" in its metadata`,
    help: "train one with `hypersolvers train`, of this version",
  });
  const field = fieldOfModel(model);
  const { base, span, standardization } = facts;
  const [, dimension] = field.graph.inputs[field.roles.state]?.shape ?? [];
  if (standardization.shift.length !== dimension || standardization.scale.length !== dimension) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: `a standardization of ${dimension} columns`,
      received: `${standardization.shift.length} shifts, ${standardization.scale.length} scales`,
    });
  }
  if (facts.columns !== undefined && facts.columns.length !== dimension) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: `names of ${dimension} columns`,
      received: String(facts.columns.length),
    });
  }
  return { field, base: baseOf(base, what), span, standardization, facts };
}

function baseOf(name: string, what: string): Flow["base"] {
  try {
    return baseNamed(name);
  } catch (cause) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "a base distribution that this version knows",
      received: name.slice(0, 60),
      cause,
    });
  }
}
