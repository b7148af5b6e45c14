import type { InputSpec, NamedNodes, Node } from "../../graph/index.js";
import type { Field, Span } from "../../ode/index.js";
import type { Verdict } from "../../optim/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { fail } from "../../tensor/index.js";

/**
 * What a field is trained for, whoever solves it: a mini-batch becomes initial states, these are solved over the span, and
 * the end becomes a loss.
 */
export interface SolvedTask {
  /** What decides its outcome beside the training, as text: checkpoints continue the same only. */
  readonly description: string;
  /** Its parameters are the first values. */
  readonly field: Field;
  readonly span: Span;
  /** First values of what is learned beside the field, under names that the field does not have. Default: nothing. */
  readonly parameters?: NamedTensors | undefined;
  /** Types of what a mini-batch holds; among it, by their names, the controls of the field. */
  readonly batch: Readonly<Record<string, InputSpec>>;
  /** The initial states, one a row. @param parameters those beside the field's. */
  start(batch: NamedNodes, parameters: NamedNodes): Node;
  /** A float scalar that is a mean over rows, and others worth reporting. @param end states at the end of the span. */
  loss(
    end: Node,
    batch: NamedNodes,
    parameters: NamedNodes,
  ): { readonly loss: Node; readonly metrics: NamedNodes };
  /** The mini-batch of an iteration, from 0: a function of its number alone. */
  draw(iteration: number): NamedTensors;
  /** How good values of all parameters are, by names. */
  validate(parameters: NamedTensors): Promise<Verdict>;
  dispose(): Promise<void>;
}

/** First values of everything that the task trains. */
export const taskParameters = ({ field, parameters = {} }: SolvedTask): NamedTensors => ({
  ...field.parameters,
  ...parameters,
});

/**
 * Refuses a task that does not hang together.
 * @throws INVALID_ARGUMENT for a name that is used twice, a control without data, or a field without parameters.
 */
export function checkTask({ field, parameters = {}, batch }: SolvedTask): void {
  const own = Object.keys(field.parameters);
  if (own.length === 0)
    throw fail("INVALID_ARGUMENT", {
      what: "task: field",
      expected: "a field with parameters, which are to be trained",
      received: "none",
    });
  const names = [...own, ...Object.keys(parameters), ...Object.keys(batch)];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "task: names",
      expected: "a name for each of the field's parameters, the others, and what a mini-batch holds",
      received: `"${twice}" twice`,
    });
  const missing = field.roles.controls.find((name) => batch[name] === undefined);
  if (missing === undefined) return;
  throw fail("INVALID_ARGUMENT", {
    what: `task: control "${missing}" of the field`,
    expected: "to be in every mini-batch, under its name",
    received: Object.keys(batch).join(", ") || "nothing",
  });
}
