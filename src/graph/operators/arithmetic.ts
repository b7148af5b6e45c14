import type { NoAttributes } from "../attributes.js";
import { type Node, scalarValue } from "../node.js";
import type { Emitter, Operator } from "../operator.js";
import { type Elementwise, elementwise } from "./elementwise.js";

type Binary = Omit<Elementwise<NoAttributes>, "arity" | "scalar"> & {
  readonly scalar: (x: number, y: number) => number;
  readonly commutative: boolean;
  readonly neutral: number | undefined;
};

function binary({ scalar, ...rest }: Binary): Operator<NoAttributes> {
  return elementwise({ ...rest, arity: 2, scalar: ([x = Number.NaN, y = Number.NaN]) => scalar(x, y) });
}

const operands = (inputs: readonly Node[]): { x: Node; y: Node } => ({
  x: inputs[0] as Node,
  y: inputs[1] as Node,
});

/** ∂(x + y) = (1, 1) */
export const add: Operator<NoAttributes> = binary({
  name: "add",
  onnx: "Add",
  commutative: true,
  neutral: 0,
  scalar: (x, y) => x + y,
  partials: [(t) => t],
});

/** ∂(x − y) = (1, −1) */
export const sub: Operator<NoAttributes> = binary({
  name: "sub",
  onnx: "Sub",
  commutative: false,
  neutral: 0,
  scalar: (x, y) => x - y,
  partials: [(t) => t, (t, { build }) => build.neg(t)],
});

/** ∂(xy) = (y, x) */
export const mul: Operator<NoAttributes> = binary({
  name: "mul",
  onnx: "Mul",
  commutative: true,
  neutral: 1,
  scalar: (x, y) => x * y,
  partials: [
    (t, { build, inputs }) => build.mul(t, operands(inputs).y),
    (t, { build, inputs }) => build.mul(t, operands(inputs).x),
  ],
});

/** ∂(x/y) = (1/y, −(x/y)/y) */
export const div: Operator<NoAttributes> = binary({
  name: "div",
  onnx: "Div",
  commutative: false,
  neutral: 1,
  scalar: (x, y) => x / y,
  domains: [
    [-2, 2],
    [0.4, 2],
  ],
  partials: [
    (t, { build, inputs }) => build.div(t, operands(inputs).y),
    (t, { build, inputs, output }) => build.neg(build.div(build.mul(t, output), operands(inputs).y)),
  ],
});

/** ∂(x^y) = (y·x^(y−1), x^y·ln x); the second holds for x > 0 only. */
export const pow: Operator<NoAttributes> = binary({
  name: "pow",
  onnx: "Pow",
  commutative: false,
  neutral: 1,
  simplify: ({ inputs: [x, y], build }) => (x && scalarValue(y) === 2 ? build.mul(x, x) : undefined),
  scalar: (x, y) => x ** y,
  domains: [
    [0.3, 2],
    [-2, 2],
  ],
  partials: [
    (t, { build, inputs }) => {
      const { x, y } = operands(inputs);
      return build.mul(t, build.mul(y, build.pow(x, build.sub(y, 1))));
    },
    (t, { build, inputs, output }) => build.mul(t, build.mul(output, build.log(operands(inputs).x))),
  ],
});

/** The derivative goes to the smaller operand; to the first one in a tie. */
export const minimum: Operator<NoAttributes> = binary({
  name: "minimum",
  onnx: "Min",
  commutative: true,
  neutral: Number.POSITIVE_INFINITY,
  scalar: Math.min,
  partials: [
    (t, { build, inputs: [x, y] }) => (x && y ? build.where(build.less(y, x), 0, t) : t),
    (t, { build, inputs: [x, y] }) => (x && y ? build.where(build.less(y, x), t, 0) : t),
  ],
});

/** The derivative goes to the larger operand; to the first one in a tie. */
export const maximum: Operator<NoAttributes> = binary({
  name: "maximum",
  onnx: "Max",
  commutative: true,
  neutral: Number.NEGATIVE_INFINITY,
  scalar: Math.max,
  partials: [
    (t, { build, inputs: [x, y] }) => (x && y ? build.where(build.less(x, y), 0, t) : t),
    (t, { build, inputs: [x, y] }) => (x && y ? build.where(build.less(x, y), t, 0) : t),
  ],
});

/** x where x ≥ 0, else slope·x (He et al., 2015); ∂ = (1 or slope, 0 or x) */
export const prelu: Operator<NoAttributes> = binary({
  name: "prelu",
  onnx: encodePrelu,
  commutative: false,
  neutral: 1,
  // ONNX repeats the slope alone.
  broadcasts: false,
  scalar: (x, slope) => (x < 0 ? slope * x : x),
  shapes: [
    [[3, 4], [4]],
    [[3, 4], [1]],
    [
      [2, 3, 4],
      [3, 1],
    ],
  ],
  partials: [
    (t, { build, inputs }) => {
      const { x, y: slope } = operands(inputs);
      return build.where(build.less(x, 0), build.mul(t, slope), t);
    },
    (t, { build, inputs }) => build.mul(t, build.minimum(operands(inputs).x, 0)),
  ],
});

/** max(x, 0) + slope·min(x, 0): four quick passes. ONNX Runtime's CPU kernel of PRelu takes ten times as long. */
function encodePrelu(emitter: Emitter, [x = "", slope = ""]: readonly string[], { dtype }: Node): string {
  if (emitter.target === "standard") return emitter.node("PRelu", [x, slope]);
  const below = emitter.node("Min", [x, emitter.scalar(0, dtype)]);
  return emitter.node("Add", [emitter.node("Relu", [x]), emitter.node("Mul", [below, slope])]);
}

/** x₁ + … + xₙ in one node: how gradients are accumulated. */
export const sum: Operator<NoAttributes> = elementwise({
  name: "sum",
  onnx: "Sum",
  commutative: true,
  neutral: 0,
  arity: 3,
  scalar: (values) => values.reduce((total, value) => total + value, 0),
  partials: [(t) => t],
});
