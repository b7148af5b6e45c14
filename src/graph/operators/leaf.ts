import { cast, fail, isFloat, type Tensor } from "../../tensor/index.js";
import type { Attributes, OperatorAttributes } from "../attributes.js";
import type { Operator } from "../operator.js";
import { movesElements } from "./kinds.js";

/** Leaves are created with their type, never computed: nobody asks them how. */
function leaf<A extends Attributes>(name: string): Omit<Operator<A>, "encode"> {
  const noRule = (): never => {
    throw fail("INVALID_GRAPH", { what: name, expected: "an operator with inputs", received: "a leaf" });
  };
  return {
    ...movesElements,
    type: noRule,
    vjp: () => [],
    jvp: () => undefined,
    evaluate: noRule,
    examples: () => [],
  };
}

/** A value given at every run. Its ONNX name is its own. */
export const input: Operator<OperatorAttributes["input"]> = {
  ...leaf<OperatorAttributes["input"]>("input"),
  encode: (_emitter, _inputs, _node, { name }) => name,
};

/** A value fixed in the program. */
export const constant: Operator<{ readonly value: Tensor }> = {
  ...leaf<OperatorAttributes["constant"]>("constant"),
  encode: (emitter, _inputs, _node, { value }) => emitter.constant(value),
  convert: ({ attributes: { value }, build }, { float }) =>
    float !== undefined && isFloat(value.dtype) ? build.constant(cast(value, float)) : undefined,
};
