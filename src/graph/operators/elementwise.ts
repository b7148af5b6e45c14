import { type DType, draw, fail, fromNumbers, type Random, type Shape, sizeOf } from "../../tensor/index.js";
import type { Attributes, NoAttributes } from "../attributes.js";
import { broadcastShapes, forEachBroadcast } from "../broadcast.js";
import type { Node } from "../node.js";
import type { Application, Emitter, Example, Operator, ReferenceValue } from "../operator.js";
import { formatType, type TensorType } from "../tensor-type.js";

/** Multiplies a tangent or a cotangent by one partial derivative: both are the same product here. */
export type Partial<A> = (t: Node, application: Application<A>) => Node;

/** What distinguishes one elementwise operator from another. */
export interface Elementwise<A> {
  readonly name: string;
  /** ONNX operator type, or a function that writes several nodes. */
  readonly onnx:
    | string
    | ((emitter: Emitter, inputs: readonly string[], node: Node, attributes: A) => string);
  /** The function of one element of each input. */
  readonly scalar: (values: readonly number[], attributes: A) => number;
  /** A partial derivative an input; `undefined` where there is none. Shorter than the inputs: the last repeats. */
  readonly partials: readonly (Partial<A> | undefined)[];
  /** Type of the result; by default that of the inputs, which must agree. */
  readonly result?: (inputs: readonly Node[], attributes: A) => DType;
  /** Range of random example values an input; default [-2, 2]. */
  readonly domains?: readonly (readonly [number, number])[] | undefined;
  /** Shapes of example inputs; default one shape an input, with broadcasting for several. */
  readonly shapes?: readonly (readonly Shape[])[];
  readonly dtypes?: readonly DType[];
  readonly arity: number;
  readonly exampleAttributes?: readonly A[];
  /** Default false. */
  readonly commutative?: boolean;
  /** The second operand that changes nothing. Default: there is none. */
  readonly neutral?: number | undefined;
  /** Repeats all operands, the first one too. Default: as soon as there are two. */
  readonly broadcasts?: boolean;
  readonly convert?: Operator<A>["convert"];
  readonly simplify?: Operator<A>["simplify"];
}

/** Completes the record of an operator that works element by element with broadcasting. */
export function elementwise<A extends Attributes = NoAttributes>(spec: Elementwise<A>): Operator<A> {
  const partial = (i: number) => spec.partials[Math.min(i, spec.partials.length - 1)];
  return {
    type: (inputs, attributes): TensorType => ({
      dtype: spec.result === undefined ? commonDType(spec.name, inputs) : spec.result(inputs, attributes),
      shape: broadcastShapes(
        inputs.map(({ shape }) => shape),
        spec.name,
      ),
    }),
    vjp: (application, cotangent) =>
      application.inputs.map((input, i) => {
        const rule = partial(i);
        return rule && (() => application.build.unbroadcast(rule(cotangent, application), input.shape));
      }),
    jvp: (application, tangents) => {
      const terms = tangents.flatMap((t, i) => {
        const rule = partial(i);
        return t && rule ? [rule(t, application)] : [];
      });
      return terms.length === 0
        ? undefined
        : application.build.broadcastLike(application.build.sum(...terms), application.output);
    },
    encode: (emitter, inputs, node, attributes) =>
      typeof spec.onnx === "string"
        ? emitter.node(spec.onnx, inputs)
        : spec.onnx(emitter, inputs, node, attributes),
    evaluate: (inputs, attributes, shape) =>
      mapElements(inputs, shape, (values) => spec.scalar(values, attributes)),
    examples: (random) => elementwiseExamples(spec, random),
    product: false,
    macs: () => 0,
    broadcasts: spec.broadcasts ?? spec.arity > 1,
    repeats: false,
    commutative: spec.commutative ?? false,
    neutral: spec.neutral,
    windows: false,
    mixesRows: () => false,
    convert: spec.convert ?? (() => undefined),
    simplify: spec.simplify ?? (() => undefined),
  };
}

/** @throws DTYPE_MISMATCH unless all inputs have one element type. */
export function commonDType(what: string, inputs: readonly Node[]): DType {
  const [first] = inputs;
  if (first !== undefined && inputs.every(({ dtype }) => dtype === first.dtype)) return first.dtype;
  throw fail("DTYPE_MISMATCH", {
    what,
    expected: "inputs of one element type",
    received: inputs.map(formatType).join(" and "),
    help: "convert with cast(x, dtype)",
  });
}

function mapElements(
  inputs: readonly ReferenceValue[],
  shape: Shape,
  scalar: (values: readonly number[]) => number,
): Float64Array {
  const columns = inputs.map((input) => {
    const column = new Float64Array(sizeOf(shape));
    forEachBroadcast(input.shape, shape, (to, from) => {
      column[to] = input.data[from] ?? Number.NaN;
    });
    return column;
  });
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
    scalar(columns.map((column) => column[i] ?? Number.NaN)),
  );
}

const unaryShapes: readonly (readonly Shape[])[] = [[[3, 4]], [[]], [[2, 1, 3]]];
const broadcastCases: readonly (readonly Shape[])[] = [
  [
    [3, 4],
    [3, 4],
    [3, 4],
  ],
  [[3, 4], [4], []],
  [
    [2, 1, 3],
    [4, 1],
    [2, 1, 3],
  ],
  [
    [1, 4],
    [3, 1],
    [1, 1],
  ],
];

function elementwiseExamples<A extends Attributes>(spec: Elementwise<A>, random: Random): Example[] {
  const cases = spec.shapes ?? (spec.arity === 1 ? unaryShapes : broadcastCases);
  return (spec.exampleAttributes ?? [{} as A]).flatMap((attributes) =>
    cases.map((shapes) => ({
      attributes,
      inputs: Array.from({ length: spec.arity }, (_, i) => {
        const shape = shapes[i] ?? [];
        const [low, high] = spec.domains?.[i] ?? [-2, 2];
        const dtype = spec.dtypes?.[i] ?? "float64";
        const values = draw(sizeOf(shape), () => low + (high - low) * random.uniform());
        return fromNumbers(dtype === "bool" ? values.map((v) => (v > 0 ? 1 : 0)) : values, shape, dtype);
      }),
    })),
  );
}
