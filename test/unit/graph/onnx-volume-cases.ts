import { integers, normal, type OnnxCase, one } from "./onnx-cases.js";

type Attributes = OnnxCase["attributes"];

const conv = (attributes: Attributes, weight: readonly number[], bias?: number): OnnxCase =>
  one("Conv", attributes, {
    feeds: { x: normal(5, 4, 6, 7, 4) },
    stored: { w: normal(...weight), ...(bias !== undefined && { b: normal(bias) }) },
  });

const transposed = (attributes: Attributes, weight: readonly number[]): OnnxCase =>
  one("ConvTranspose", attributes, {
    feeds: { x: normal(5, 4, 3, 4, 2) },
    stored: { w: normal(...weight), b: normal(4) },
  });

const pool = (op: string, attributes: Attributes): OnnxCase =>
  one(op, attributes, { feeds: { x: normal(5, 2, 6, 7, 4) } });

const sampled = (mode: string, padding: string, aligned: number): OnnxCase =>
  one(
    "GridSample",
    { mode, padding_mode: padding, align_corners: aligned },
    {
      // Well beyond both borders.
      feeds: { x: normal(5, 2, 4, 3), grid: normal(5, 3, 6, 2) },
      opset: 16,
    },
  );

const sampledVolume = (mode: string, padding: string, aligned: number): OnnxCase =>
  one(
    "GridSample",
    { mode, padding_mode: padding, align_corners: aligned },
    { feeds: { x: normal(3, 2, 2, 4, 3), grid: normal(3, 2, 3, 1, 3) }, opset: 20 },
  );

const columns = (
  attributes: Attributes,
  shape: readonly number[],
  image: readonly number[],
  block: readonly number[],
): OnnxCase =>
  one("Col2Im", attributes, {
    feeds: { x: normal(...shape) },
    stored: { image: integers(...image), block: integers(...block) },
    opset: 18,
  });

/** Convolutions and pooling of volumes; images read at places from data, and put together from windows. */
export const volumeCases: readonly OnnxCase[] = [
  conv({}, [3, 4, 2, 3, 1], 3),
  conv({ pads: [1, 0, 2, 0, 1, 1], strides: [2, 3, 1], kernel_shape: [3, 2, 3] }, [3, 4, 3, 2, 3]),
  conv({ dilations: [2, 1, 1], group: 2, pads: [1, 1, 1, 2, 1, 1] }, [6, 2, 2, 3, 3], 6),
  transposed({}, [4, 4, 2, 3, 2]),
  transposed({ strides: [2, 1, 3], output_padding: [1, 0, 2], pads: [1, 0, 1, 0, 1, 1] }, [4, 4, 3, 2, 3]),
  transposed({ strides: [3, 2, 2], dilations: [2, 1, 1], group: 2 }, [4, 2, 2, 2, 2]),
  pool("MaxPool", { kernel_shape: [2, 3, 2], strides: [2, 2, 1], pads: [1, 1, 0, 0, 1, 1] }),
  pool("MaxPool", { kernel_shape: [3, 2, 3], strides: [2, 2, 2], ceil_mode: 1 }),
  pool("AveragePool", { kernel_shape: [2, 3, 2], strides: [2, 2, 1], pads: [1, 1, 0, 0, 1, 1] }),
  pool("AveragePool", { kernel_shape: [3, 2, 2], pads: [1, 1, 1, 1, 0, 0], count_include_pad: 1 }),
  ...["bilinear", "nearest", "bicubic"].flatMap((mode) =>
    ["zeros", "border", "reflection"].flatMap((padding) =>
      [0, 1].map((aligned) => sampled(mode, padding, aligned)),
    ),
  ),
  ...["linear", "nearest"].flatMap((mode) =>
    ["zeros", "border", "reflection"].map((padding, i) => sampledVolume(mode, padding, i % 2)),
  ),
  ...[0, 1].map((aligned) =>
    one(
      "AffineGrid",
      { align_corners: aligned },
      { feeds: { theta: normal(2, 2, 3) }, stored: { size: integers(2, 1, 3, 4) }, opset: 20 },
    ),
  ),
  columns({}, [5, 8, 6], [3, 4], [2, 2]),
  columns({ strides: [2, 1], dilations: [1, 2], pads: [1, 0, 1, 2] }, [5, 12, 6], [4, 4], [2, 3]),
];
