import { type DType, fail, isFloat } from "../../tensor/index.js";
import type { Attributes, NoAttributes, OperatorAttributes } from "../attributes.js";
import type { Node } from "../node.js";
import type { Operator } from "../operator.js";
import { formatType } from "../tensor-type.js";
import { commonDType, elementwise } from "./elementwise.js";

const comparison = (
  name: string,
  onnx: string,
  commutative: boolean,
  scalar: (x: number, y: number) => boolean,
): Operator<NoAttributes> =>
  elementwise({
    name,
    onnx,
    commutative,
    arity: 2,
    scalar: ([x = Number.NaN, y = Number.NaN]) => Number(scalar(x, y)),
    partials: [],
    result: (inputs) => {
      commonDType(name, inputs);
      return "bool";
    },
  });

/** x < y */
export const less: Operator<NoAttributes> = comparison("less", "Less", false, (x, y) => x < y);

/** x = y */
export const equal: Operator<NoAttributes> = comparison("equal", "Equal", true, (x, y) => x === y);

/** Logical negation of a condition. */
export const not: Operator<NoAttributes> = elementwise({
  name: "not",
  onnx: "Not",
  arity: 1,
  scalar: ([x]) => Number(x === 0),
  partials: [],
  dtypes: ["bool"],
  result: ([x]) => requireBool("not", x),
});

/** condition ? x : y, element by element; the derivative goes to the chosen one. */
export const where: Operator<NoAttributes> = elementwise({
  name: "where",
  onnx: "Where",
  arity: 3,
  scalar: ([condition, x = Number.NaN, y = Number.NaN]) => (condition === 0 ? y : x),
  dtypes: ["bool"],
  partials: [
    undefined,
    (t, { build, inputs: [condition] }) => (condition ? build.where(condition, t, 0) : t),
    (t, { build, inputs: [condition] }) => (condition ? build.where(condition, 0, t) : t),
  ],
  result: ([condition, ...branches]) => {
    requireBool("where", condition);
    return commonDType("where", branches);
  },
});

function requireBool(what: string, condition: Node | undefined): DType {
  if (condition?.dtype === "bool") return "bool";
  throw fail("DTYPE_MISMATCH", {
    what,
    expected: "a condition of type bool",
    received: condition === undefined ? "nothing" : formatType(condition),
    help: "make one with less(x, y) or equal(x, y)",
  });
}

/** ELU: x where x > 0, else α(eˣ − 1) (Clevert et al., 2015); ELU′ = 1 or y + α */
export const elu: Operator<OperatorAttributes["elu"]> = elementwise<OperatorAttributes["elu"]>({
  name: "elu",
  onnx: (emitter, [x = ""], { dtype }, { alpha }) => {
    if (dtype !== "float64") return emitter.node("Elu", [x], { alpha: { float: alpha } });
    const zero = emitter.scalar(0, dtype);
    const below = emitter.node("Sub", [
      emitter.node("Exp", [emitter.node("Min", [x, zero])]),
      emitter.scalar(1, dtype),
    ]);
    return emitter.node("Add", [
      emitter.node("Max", [x, zero]),
      emitter.node("Mul", [below, emitter.scalar(alpha, dtype)]),
    ]);
  },
  arity: 1,
  scalar: ([x = Number.NaN], { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  partials: [
    (t, { build, inputs: [x], output, attributes: { alpha } }) =>
      x ? build.where(build.less(0, x), t, build.mul(t, build.add(output, alpha))) : t,
  ],
  exampleAttributes: [{ alpha: 1 }, { alpha: 0.7 }],
});

const onnxElementTypes: Readonly<Record<DType, number>> = { float32: 1, float64: 11, int64: 7, bool: 9 };

/** Conversion of element type; between floats the derivative converts too. */
export const cast: Operator<OperatorAttributes["cast"]> = elementwise<OperatorAttributes["cast"]>({
  name: "cast",
  onnx: (emitter, inputs, _node, { dtype }) => emitter.node("Cast", inputs, { to: onnxElementTypes[dtype] }),
  arity: 1,
  scalar: ([x = Number.NaN], { dtype }) => castElement(x, dtype),
  result: (_inputs, { dtype }) => dtype,
  partials: [
    (t, { build, inputs: [x], output }) =>
      build.cast(t, t.dtype === output.dtype && x ? x.dtype : output.dtype),
  ],
  exampleAttributes: [{ dtype: "float64" }],
  convert: ({ inputs: [x], attributes: { dtype }, build }, { float }) =>
    x && float !== undefined && isFloat(dtype) ? build.cast(x, float) : undefined,
});

function castElement(x: number, dtype: DType): number {
  if (isFloat(dtype)) return x;
  return dtype === "bool" ? Number(x !== 0) : Math.trunc(x);
}

/** The same value, from which no derivative flows back. */
export const stopGradient: Operator<Attributes> = {
  ...elementwise<Attributes>({
    name: "stopGradient",
    onnx: "Identity",
    arity: 1,
    scalar: ([x = Number.NaN]) => x,
    partials: [],
  }),
  jvp: () => undefined,
};
