import { type InputSpec, type Node, trace } from "../../graph/index.js";
import type { Field, Span } from "../../ode/index.js";
import type { Verdict } from "../../optim/internal.js";
import { compile, type NamedTensors, type RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { item, rows, type Tensor } from "../../tensor/index.js";
import { mapSamples } from "../states/states.js";
import { subjectOf } from "../states/subject.js";
import { endDistance, relativeEndDistance } from "./end-error.js";
import { type EndPairs, pairFeeds } from "./end-pairs.js";
import type { LearnedForm } from "./learned-form.js";
import { floatState, pairSpecs, siteOf } from "./pair-program.js";

/** Measures parameters on states that they were not learned from. */
export interface EndValidation {
  /** Mean Euclidean distance; of images, over the mean norm of the reference. */
  error(values: NamedTensors): Promise<number>;
  /**
   * The same for the training loop. Metrics: `error`; `relative`, the mean distance over the mean norm of the
   * reference; `learned`, the same on as many of the states that it is learned from.
   */
  verdict(values: NamedTensors): Promise<Verdict>;
  dispose(): Promise<void>;
}

/** Pairs that values are judged by. */
export interface JudgedPairs {
  readonly held: EndPairs;
  /** Out of those that they are learned from. */
  readonly learned: EndPairs;
}

/** One program from what is learned to the error at the end of the span. */
export async function compileEndValidation(
  field: Field,
  form: LearnedForm,
  span: Span,
  { held, learned }: JudgedPairs,
  context: RunContext,
): Promise<EndValidation> {
  const { dtype } = floatState(field);
  const program = await compile(errorGraph(field, form, span), machineOf(context));
  const feeds = { held: pairFeeds(held, dtype), learned: pairFeeds(fewOf(learned, held), dtype) };
  const errorsAt = async (values: NamedTensors, of: keyof typeof feeds): Promise<Errors> => {
    const named = Object.fromEntries(Object.entries(values).map(([name, value]) => [`/${name}`, value]));
    const { error, relative } = await program.run({ ...feeds[of], ...named });
    // A solve that broke is worse than any that did not.
    const value = (tensor: Tensor | undefined): number => {
      const number = item(tensor as Tensor);
      return Number.isNaN(number) ? Number.POSITIVE_INFINITY : number;
    };
    return { error: value(error), relative: value(relative) };
  };
  const score = subjectOf(field) === "images" ? "relative" : "error";
  return {
    error: async (values) => (await errorsAt(values, "held"))[score],
    verdict: async (values) => {
      const own = await errorsAt(values, "held");
      const { relative: known } = await errorsAt(values, "learned");
      const metrics = { error: own[score], relative: own.relative, learned: known };
      return { score: [own[score]], metrics, gap: known > 0 ? own.relative / known : undefined };
    },
    dispose: () => program.dispose(),
  };
}

type Errors = Record<"error" | "relative", number>;

function errorGraph(field: Field, form: LearnedForm, span: Span): ReturnType<typeof trace> {
  const specs: Record<string, InputSpec> = pairSpecs(field, "batch");
  for (const [name, { shape, dtype }] of Object.entries(form.initial)) specs[`/${name}`] = { shape, dtype };
  return trace(specs, (nodes) => {
    const values = Object.fromEntries(
      Object.keys(form.initial).map((name) => [name, nodes[`/${name}`] as Node]),
    );
    const site = { ...siteOf(field, nodes), span };
    const scheme = form.scheme(values);
    return { error: endDistance(scheme, site), relative: relativeEndDistance(scheme, site) };
  });
}

/** As many of them as there are of others, at most. */
function fewOf(pairs: EndPairs, others: EndPairs): EndPairs {
  const count = Math.min(pairs.end.shape[0] ?? 0, others.end.shape[0] ?? 0);
  const few = (value: Tensor): Tensor => rows(value, 0, count);
  return { ...mapSamples(pairs, few), end: few(pairs.end) };
}
