import { type InputSpec, type Node, trace } from "../../graph/index.js";
import type { Field, Span } from "../../ode/index.js";
import type { Verdict } from "../../optim/internal.js";
import { compile, type NamedTensors, type RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { item, type Tensor } from "../../tensor/index.js";
import { hasImageStates } from "../fit/resolve-fit.js";
import { endDistance, relativeEndDistance } from "./end-error.js";
import { type EndPairs, pairFeeds } from "./end-pairs.js";
import type { LearnedForm } from "./learned-form.js";
import { floatState, pairSpecs, siteOf } from "./pair-program.js";

/** Tells how good values of what is learned are on states that it was not learned from. */
export interface EndValidation {
  error(values: NamedTensors): Promise<number>;
  /** The same as the training loop hears it. */
  verdict(values: NamedTensors): Promise<Verdict>;
  dispose(): Promise<void>;
}

/** One program from what is learned to the error at the end of the span. */
export async function compileEndValidation(
  field: Field,
  form: LearnedForm,
  span: Span,
  pairs: EndPairs,
  context: RunContext,
): Promise<EndValidation> {
  const { dtype } = floatState(field);
  const specs: Record<string, InputSpec> = pairSpecs(field, "batch");
  for (const [name, { shape, dtype: type }] of Object.entries(form.initial))
    specs[`/${name}`] = { shape, dtype: type };
  const distance = hasImageStates(field) ? relativeEndDistance : endDistance;
  const graph = trace(specs, (nodes) => {
    const values = Object.fromEntries(
      Object.keys(form.initial).map((name) => [name, nodes[`/${name}`] as Node]),
    );
    return { error: distance(form.scheme(values), { ...siteOf(field, nodes), span }) };
  });
  const program = await compile(graph, machineOf(context));
  const feeds = pairFeeds(pairs, dtype);
  const errorAt = async (values: NamedTensors): Promise<number> => {
    const named = Object.fromEntries(Object.entries(values).map(([name, value]) => [`/${name}`, value]));
    const { error } = await program.run({ ...feeds, ...named });
    const value = item(error as Tensor);
    // A solve that broke is worse than any that did not.
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  return {
    error: errorAt,
    verdict: async (values) => {
      const error = await errorAt(values);
      return { score: [error], metrics: { error } };
    },
    dispose: () => program.dispose(),
  };
}
