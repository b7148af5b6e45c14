import { fromNumbers, type Tensor } from "../../../src/tensor/index.js";
import { integers, normal, type OnnxCase, one, positive } from "./onnx-cases.js";

/** Images with a dynamic batch of 5. */
const image = (...shape: readonly number[]): OnnxCase["feeds"] => ({ x: normal(5, ...shape) });

type Attributes = OnnxCase["attributes"];

const conv = (attributes: Attributes, weight: readonly number[], size: readonly number[]): OnnxCase =>
  one("Conv", attributes, { feeds: image(...size), stored: { w: normal(...weight) } });

const transposed = (
  attributes: Attributes,
  weight: readonly number[],
  size: readonly number[],
  bias?: Tensor,
): OnnxCase =>
  one("ConvTranspose", attributes, {
    feeds: image(...size),
    stored: { w: normal(...weight), ...(bias && { b: bias }) },
  });

const pool = (op: string, attributes: Attributes, extra: Partial<OnnxCase> = {}): OnnxCase =>
  one(op, attributes, { feeds: image(2, 7, 6), ...extra });

/** Convolutions, pooling, and normalizations of images. */
export const windowCases: readonly OnnxCase[] = [
  conv({}, [3, 2, 3, 3], [2, 6, 5]),
  conv({ pads: [1, 0, 2, 1], kernel_shape: [3, 2] }, [3, 2, 3, 2], [2, 6, 5]),
  conv({ strides: [2, 3], dilations: [2, 1], pads: [1, 1, 1, 1], group: 2 }, [4, 1, 2, 3], [2, 9, 8]),
  ...["SAME_UPPER", "SAME_LOWER", "VALID"].flatMap((mode) => [
    conv({ auto_pad: mode, strides: [2, 1] }, [2, 2, 3, 4], [2, 7, 6]),
    pool("MaxPool", { auto_pad: mode, kernel_shape: [2, 3], strides: [2, 2] }),
    pool("AveragePool", { auto_pad: mode, kernel_shape: [2, 3], strides: [2, 2] }),
    transposed({ auto_pad: mode, strides: [2, 3] }, [2, 3, 3, 4], [2, 4, 3]),
  ]),
  one("Conv", {}, { feeds: image(2, 4, 4), stored: { w: normal(3, 2, 1, 1), b: normal(3) } }),
  transposed({}, [2, 3, 3, 2], [2, 4, 3], normal(3)),
  transposed({ strides: [2, 3], output_padding: [1, 2], pads: [1, 0, 0, 1] }, [2, 3, 3, 3], [2, 4, 3]),
  transposed({ strides: [2, 2], dilations: [2, 1], group: 2 }, [4, 1, 2, 3], [4, 3, 3], normal(2)),
  transposed({ strides: [2, 2], output_shape: [8, 7] }, [2, 3, 3, 3], [2, 4, 3]),
  pool("MaxPool", { kernel_shape: [3, 2] }),
  pool("MaxPool", { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 2] }),
  pool("MaxPool", { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 }),
  pool("MaxPool", { kernel_shape: [3, 3], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 }),
  pool("AveragePool", { kernel_shape: [3, 2], strides: [2, 2] }),
  pool("AveragePool", { kernel_shape: [3, 3], pads: [1, 1, 1, 0] }),
  pool("AveragePool", { kernel_shape: [3, 3], pads: [1, 1, 0, 1], count_include_pad: 1 }),
  pool("AveragePool", { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }),
  pool("GlobalAveragePool", {}),
  pool("GlobalMaxPool", {}),
  one(
    "BatchNormalization",
    { epsilon: { float: 1e-3 } },
    { feeds: image(3, 2, 2), stored: { w: normal(3), b: normal(3), mean: normal(3), variance: positive(3) } },
  ),
  one(
    "InstanceNormalization",
    { epsilon: { float: 1e-3 } },
    { feeds: image(3, 4, 2), stored: { w: normal(3), b: normal(3) } },
  ),
  ...[4, 2].map((groups) =>
    one(
      "GroupNormalization",
      { num_groups: groups },
      {
        feeds: image(4, 3, 2),
        stored: { w: normal(groups), b: normal(groups) },
        opset: 18,
      },
    ),
  ),
  one(
    "GroupNormalization",
    { num_groups: 2 },
    { feeds: image(4, 3, 2), stored: { w: normal(4), b: normal(4) }, opset: 21 },
  ),
  one("PRelu", {}, { feeds: image(3, 2, 2), stored: { slope: fromNumbers([0.1, 0.2, 0.3], [3, 1, 1]) } }),
  one("Flatten", {}, { feeds: image(3, 2, 2) }),
  one("Pad", {}, { feeds: image(2, 3, 4), stored: { widths: integers(0, 0, 1, 2, 0, 0, -1, 1) } }),
  one(
    "Slice",
    {},
    {
      feeds: image(2, 7, 5),
      stored: { from: integers(1, -1), to: integers(7, -9), axes: integers(2, 3), steps: integers(3, -2) },
    },
  ),
  one(
    "GatherElements",
    { axis: 2 },
    { feeds: { x: normal(1, 2, 4) }, stored: { i: fromNumbers([3, 0, 1, 1, 2, 0], [1, 2, 3], "int64") } },
  ),
  one(
    "ScatterElements",
    { axis: -1, reduction: "add" },
    {
      feeds: { x: normal(2, 4), u: normal(2, 3) },
      stored: { i: fromNumbers([3, 0, 3, 1, 2, 0], [2, 3], "int64") },
      inputs: ["x", "i", "u"],
    },
  ),
];
