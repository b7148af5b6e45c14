import { fail, formatShape, sizeOf } from "../../../tensor/index.js";
import type { ConvAttributes, OperatorAttributes } from "../../attributes.js";
import type { Builder } from "../../builder.js";
import type { Node } from "../../node.js";
import type { Operator } from "../../operator.js";
import type { SymbolicShape } from "../../tensor-type.js";
import { commonDType } from "../elementwise.js";
import { only } from "../example.js";
import { multiplies } from "../kinds.js";
import { encodeConv, encodeConvTranspose } from "./convolution-encode.js";
import { convExample, geometries } from "./convolution-examples.js";
import {
  type Geometry,
  geometryOf,
  imageExtents,
  imageShape,
  requireResult,
  resultShape,
  weightShape,
} from "./convolution-geometry.js";
import { elementsOf, forEachProduct } from "./convolution-reference.js";
import { encodeConvWeight } from "./convolution-weight.js";
import { withoutUniformChannels } from "./uniform-channels.js";

type TransposeAttributes = OperatorAttributes["convTranspose"];
type WeightAttributes = OperatorAttributes["convWeight"];

// Convolution is bilinear in image and weight, so ⟨g, conv(x, w)⟩ is a trilinear form. Its three derivatives are conv
// itself, convTranspose and convWeight, and the derivatives of each are the other two.

const shapesOf = (inputs: readonly { readonly shape: SymbolicShape }[]): [SymbolicShape, SymbolicShape] => [
  inputs[0]?.shape ?? [],
  inputs[1]?.shape ?? [],
];

const convGeometry = ([x, weight]: readonly SymbolicShape[], attributes: ConvAttributes): Geometry =>
  geometryOf("conv", x ?? [], weight ?? [], attributes);

function transposeGeometry(
  [g = [], weight = []]: readonly SymbolicShape[],
  attributes: TransposeAttributes,
): Geometry {
  const channels = Number(weight[1]) * attributes.groups;
  const image = [g[0] ?? 1, channels, ...attributes.extents];
  return geometryOf("convTranspose", image, weight, attributes);
}

function weightGeometry([x = [], g = []]: readonly SymbolicShape[], attributes: WeightAttributes): Geometry {
  const weight = [Number(g[1]), Number(x[1]) / attributes.groups, ...attributes.kernel];
  return geometryOf("convWeight", x, weight, attributes);
}

/** Multiply–accumulates: one for every weight at every window. */
const macsOf = (geometry: Geometry): number =>
  sizeOf(resultShape(geometry).map(Number)) * geometry.inputs * sizeOf(geometry.kernel);

/** A derivative of a product of two: first factor's tangent by the second, and the other way round. */
const productRule = (
  build: Builder,
  product: (a: Node, b: Node) => Node,
  [a, b]: readonly Node[],
  [ta, tb]: readonly (Node | undefined)[],
): Node | undefined => {
  const terms = [...(ta && b ? [product(ta, b)] : []), ...(a && tb ? [product(a, tb)] : [])];
  return terms.length === 0 ? undefined : build.sum(...terms);
};

/** Windows of an image x times a weight, plus a bias: [n, c, h, w] -> [n, outputs, h′, w′]. */
export const conv: Operator<ConvAttributes> = {
  ...multiplies,
  windows: true,
  type: (inputs, attributes) => {
    const geometry = convGeometry(shapesOf(inputs), attributes);
    const bias = inputs[2]?.shape;
    const outputs = geometry.groups * geometry.outputs;
    if (bias !== undefined && formatShape(bias) !== formatShape([outputs]))
      throw fail("SHAPE_MISMATCH", {
        what: "conv bias",
        expected: `[${outputs}]`,
        received: formatShape(bias),
      });
    return { dtype: commonDType("conv", inputs), shape: resultShape(geometry) };
  },
  vjp: ({ inputs, attributes, build }, g) => {
    const [x, weight] = inputs as [Node, Node];
    const { image, kernel } = convGeometry(shapesOf(inputs), attributes);
    return [
      () => build.convTranspose(g, weight, image, attributes),
      () => build.convWeight(x, g, kernel, attributes),
      ...inputs.slice(2).map(() => () => build.reduceSum(g, [0, 2, 3])),
    ];
  },
  jvp: ({ inputs, output, attributes, build }, [tx, tw, tb]) => {
    const moved = productRule(build, (a, b) => build.conv(a, b, undefined, attributes), inputs, [tx, tw]);
    if (tb === undefined) return moved;
    const shift = build.broadcastLike(build.reshape(tb, [...tb.shape, 1, 1]), output);
    return moved === undefined ? shift : build.add(moved, shift);
  },
  encode: (emitter, inputs, node, attributes) =>
    encodeConv(emitter, inputs, node, convGeometry(shapesOf(node.inputs), attributes)),
  evaluate: (inputs, attributes, shape) => {
    const [x, weight] = [elementsOf(inputs[0]), elementsOf(inputs[1])];
    const geometry = convGeometry(shapesOf(inputs), attributes);
    const bias = inputs[2]?.data;
    const plane = sizeOf(geometry.result);
    const channels = geometry.groups * geometry.outputs;
    const result = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
      bias === undefined ? 0 : (bias[Math.floor(i / plane) % channels] ?? Number.NaN),
    );
    forEachProduct(geometry, (i, j, k) => {
      result[k] = (result[k] ?? 0) + x(i) * weight(j);
    });
    return result;
  },
  macs: (inputs, attributes) => macsOf(convGeometry(inputs, attributes)),
  simplify: withoutUniformChannels,
  examples: (random) =>
    geometries.flatMap((geometry) => {
      const shapes = [imageShape(geometry), weightShape(geometry)];
      const bias = [geometry.groups * geometry.outputs];
      return [
        convExample(random, geometry, {}, ...shapes),
        convExample(random, geometry, {}, ...shapes, bias),
      ];
    }),
};

/** The cotangent of conv's image: g [n, outputs, h′, w′] and a weight -> [n, c, ...extents]. */
export const convTranspose: Operator<TransposeAttributes> = {
  ...multiplies,
  windows: true,
  type: (inputs, attributes) => {
    const geometry = transposeGeometry(shapesOf(inputs), attributes);
    requireResult("convTranspose", geometry, only(inputs).shape);
    return { dtype: commonDType("convTranspose", inputs), shape: imageShape(geometry) };
  },
  vjp: ({ inputs, attributes, build }, u) => {
    const [g, weight] = inputs as [Node, Node];
    const { kernel } = transposeGeometry(shapesOf(inputs), attributes);
    return [
      () => build.conv(u, weight, undefined, attributes),
      () => build.convWeight(u, g, kernel, attributes),
    ];
  },
  jvp: ({ inputs, attributes, build }, tangents) =>
    productRule(build, (a, b) => build.convTranspose(a, b, attributes.extents, attributes), inputs, tangents),
  encode: (emitter, inputs, node, attributes) =>
    encodeConvTranspose(emitter, inputs, node, transposeGeometry(shapesOf(node.inputs), attributes)),
  evaluate: (inputs, attributes, shape) => {
    const [g, weight] = [elementsOf(inputs[0]), elementsOf(inputs[1])];
    const image = new Float64Array(sizeOf(shape));
    forEachProduct(transposeGeometry(shapesOf(inputs), attributes), (i, j, k) => {
      image[i] = (image[i] ?? 0) + g(k) * weight(j);
    });
    return image;
  },
  macs: (inputs, attributes) => macsOf(transposeGeometry(inputs, attributes)),
  examples: (random) =>
    geometries.map((geometry) =>
      convExample(
        random,
        geometry,
        { extents: geometry.image },
        resultShape(geometry),
        weightShape(geometry),
      ),
    ),
};

/** The cotangent of conv's weight: an image and g [n, outputs, h′, w′] -> [outputs, c/groups, ...kernel]. */
export const convWeight: Operator<WeightAttributes> = {
  ...multiplies,
  windows: true,
  type: (inputs, attributes) => {
    const geometry = weightGeometry(shapesOf(inputs), attributes);
    requireResult("convWeight", geometry, inputs[1]?.shape ?? []);
    return { dtype: commonDType("convWeight", inputs), shape: weightShape(geometry) };
  },
  vjp: ({ inputs, attributes, build }, v) => {
    const [x, g] = inputs as [Node, Node];
    const image = imageExtents("convWeight", x.shape);
    return [
      () => build.convTranspose(g, v, image, attributes),
      () => build.conv(x, v, undefined, attributes),
    ];
  },
  jvp: ({ inputs, attributes, build }, tangents) =>
    productRule(build, (a, b) => build.convWeight(a, b, attributes.kernel, attributes), inputs, tangents),
  encode: (emitter, inputs, node, attributes) =>
    encodeConvWeight(emitter, inputs, weightGeometry(shapesOf(node.inputs), attributes)),
  evaluate: (inputs, attributes, shape) => {
    const [x, g] = [elementsOf(inputs[0]), elementsOf(inputs[1])];
    const weight = new Float64Array(sizeOf(shape));
    forEachProduct(weightGeometry(shapesOf(inputs), attributes), (i, j, k) => {
      weight[j] = (weight[j] ?? 0) + x(i) * g(k);
    });
    return weight;
  },
  macs: (inputs, attributes) => macsOf(weightGeometry(inputs, attributes)),
  examples: (random) =>
    geometries.map((geometry) =>
      convExample(random, geometry, { kernel: geometry.kernel }, imageShape(geometry), resultShape(geometry)),
    ),
};
