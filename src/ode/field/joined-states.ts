import { concatColumns, type ImportedModel, type Node, reshape, slice } from "../../graph/index.js";
import { formatType, input, isOp, makeGraph, rebuild, type TensorType } from "../../graph/internal.js";
import { fail, formatShape, isFloat, sizeOf } from "../../tensor/index.js";

/**
 * Inputs and outputs of a model that together are a state and its derivative, such as positions and velocities. A state that
 * is no input, such as a log-density, which exporters drop since no derivative reads it, is an integral of its output.
 */
export interface StateParts {
  readonly states: readonly string[];
  readonly outputs: readonly string[];
}

/** How several names are written as one. */
const SEPARATOR = "+";

export const partsOfName = (name: string): string[] => name.split(SEPARATOR);

/**
 * A model of several states as one of a single state: the numbers of all parts of a sample in a row, [batch, d₁ + d₂ + …].
 * Its state and output are called like their parts, with + between.
 * @throws UNSUPPORTED_FIELD unless the parts are floats of one type, [batch, …] of fixed size, each with its derivative.
 */
export function withJoinedStates(model: ImportedModel, { states, outputs }: StateParts): ImportedModel {
  const parts = states.map((name, i) => {
    const output = model.outputs[outputs[i] ?? ""];
    const state = model.inputs[name] ?? output;
    requirePart(name, state, outputs[i] ?? "", output, model.inputs[states[0] ?? ""]);
    const { shape } = state as TensorType;
    return { node: model.graph.inputs[name], shape, width: sizeOf(shape.slice(1).map(Number)) };
  });
  const [name, output] = [states.join(SEPARATOR), outputs.join(SEPARATOR)];
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const whole = input(name, ["batch", width], parts[0]?.node?.dtype);
  let from = 0;
  const replaced = new Map<Node, Node>();
  for (const part of parts) {
    if (part.node !== undefined)
      replaced.set(part.node, reshape(slice(whole, 1, from, from + part.width), part.shape));
    from += part.width;
  }
  const features = Object.keys(model.intermediates);
  const derivatives = outputs.map((part) => model.graph.outputs[part] as Node);
  const renewed = rebuild([...derivatives, ...Object.values(model.intermediates)], replaced);
  const columns = parts.map((part, i) => reshape(renewed[i] as Node, ["batch", part.width]));
  const joined = concatColumns(columns);
  const without = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).filter(([other]) => !states.includes(other)));
  const { dtype, shape } = whole;
  const own = isOp(whole, "input") ? { [name]: whole } : {};
  return {
    ...model,
    graph: makeGraph({ ...own, ...without(model.graph.inputs) }, { [output]: joined }),
    inputs: { [name]: { dtype, shape }, ...without(model.inputs) },
    outputs: { [output]: { dtype: joined.dtype, shape: joined.shape } },
    intermediates: Object.fromEntries(
      features.map((key, i) => [key, renewed[derivatives.length + i] as Node]),
    ),
  };
}

function requirePart(
  state: string,
  type: TensorType | undefined,
  output: string,
  derivative: TensorType | undefined,
  first: TensorType | undefined,
): void {
  const [batch, ...rest] = type?.shape ?? [];
  const fits =
    type !== undefined &&
    derivative !== undefined &&
    formatShape(type.shape) === formatShape(derivative.shape) &&
    isFloat(type.dtype) &&
    type.dtype === first?.dtype &&
    batch === "batch" &&
    rest.every((size) => typeof size === "number");
  if (fits) return;
  throw fail("UNSUPPORTED_FIELD", {
    what: `state "${state}" with the derivative "${output}"`,
    expected: "an input and an output of one type, [batch, …] of fixed size",
    received: [type, derivative]
      .map((part) => (part === undefined ? "none" : formatType(part)))
      .join(" and "),
    help: "name states and derivatives in one order, for example --input-map z=x+v,dz=dx+dv",
  });
}
