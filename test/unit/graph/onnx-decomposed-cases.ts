import { fromNumbers, scalar, type Tensor } from "../../../src/tensor/index.js";
import { integers, normal, type OnnxCase } from "./onnx-cases.js";
import type { AttributeValue } from "./onnx-model.js";

type Attributes = Readonly<Record<string, AttributeValue>>;

const resize = (attributes: Attributes, target: Pick<OnnxCase, "stored">, shape = [2, 4, 5]): OnnxCase => ({
  op: "Resize",
  attributes: { ...attributes, ...(target.stored?.sizes === undefined ? {} : { axes: [2, 3] }) },
  feeds: { z: normal(5, ...shape) },
  ...target,
  inputs: target.stored?.sizes === undefined ? ["z", "", "scales"] : ["z", "", "", "sizes"],
  opset: 18,
});

const scaled = (...scales: number[]) => ({ stored: { scales: fromNumbers([1, 1, ...scales], [4]) } });
const sized = (...sizes: number[]) => ({ stored: { sizes: integers(...sizes) } });

const einsum = (equation: string, feeds: Readonly<Record<string, Tensor>>, stored = {}): OnnxCase => ({
  op: "Einsum",
  attributes: { equation },
  feeds,
  stored,
});

/** Values on both sides of zero, halves and large ones among them. */
const steps = (): Tensor =>
  fromNumbers([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, -0.2, 3, -7, 1e9, -1e20, 2.7, -2.7, 0], [5, 3]);
const unary = (op: string, value: Tensor): OnnxCase => ({ op, feeds: { z: value } });

const attention = (attributes: Attributes, key: number[], rest: Partial<OnnxCase> = {}): OnnxCase => ({
  op: "Attention",
  attributes,
  feeds: { z: normal(5, 2, 3, 4), k: normal(5, ...key), v: normal(5, ...key) },
  opset: 23,
  ...rest,
});

/** Operators that become several of ours. */
export const decomposedCases: readonly OnnxCase[] = [
  ...["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"].flatMap((mode) => [
    resize({ mode: "linear", coordinate_transformation_mode: mode }, scaled(2, 3)),
    resize({ mode: "linear", coordinate_transformation_mode: mode }, sized(7, 1)),
    resize({ mode: "cubic", coordinate_transformation_mode: mode }, scaled(2, 1.5)),
  ]),
  ...["floor", "round_prefer_floor"].map((nearest_mode) =>
    resize({ mode: "nearest", nearest_mode, coordinate_transformation_mode: "asymmetric" }, scaled(2, 0.5)),
  ),
  resize({ mode: "nearest", coordinate_transformation_mode: "half_pixel" }, sized(9, 3)),
  ...[1, 2, 3, 4].map((n) => ({ op: "Det", feeds: { z: normal(5, n, n) } })),
  { op: "Det", feeds: { z: normal(5, 2, 3, 3) } },
  { op: "DepthToSpace", attributes: { blocksize: 2 }, feeds: { z: normal(5, 8, 2, 3) } },
  { op: "DepthToSpace", attributes: { blocksize: 2, mode: "CRD" }, feeds: { z: normal(5, 8, 2, 3) } },
  { op: "SpaceToDepth", attributes: { blocksize: 2 }, feeds: { z: normal(5, 2, 4, 6) } },
  einsum("bi,ij->bj", { z: normal(5, 3) }, { w: normal(3, 4) }),
  einsum("bhqd,bhkd->bhqk", { z: normal(5, 2, 3, 4), k: normal(5, 2, 6, 4) }),
  einsum("bqhd,bkhd->bhqk", { z: normal(5, 3, 2, 4), k: normal(5, 6, 2, 4) }),
  einsum("...i,ji->...j", { z: normal(5, 2, 3) }, { w: normal(4, 3) }),
  einsum("bi,bi->b", { z: normal(5, 3), k: normal(5, 3) }),
  einsum("bi,bj->bij", { z: normal(5, 3), k: normal(5, 2) }),
  einsum("bjk,bk,ij->bi", { k: normal(5, 3, 4), v: normal(5, 4) }, { w: normal(2, 3) }),
  einsum("bij->bji", { z: normal(5, 2, 3) }),
  einsum("ij,jk", { z: normal(5, 3) }, { w: normal(3, 2) }),
  ...["Floor", "Ceil", "Round"].map((op) => unary(op, steps())),
  ...["Tan", "Atan", "Sinh", "Cosh"].map((op) => unary(op, normal(5, 4))),
  ...["Asin", "Acos", "Atanh"].map((op) =>
    unary(op, fromNumbers([-0.999, -0.9, -0.5, -0.01, 0, 0.02, 0.4, 0.7, 0.95, 0.999], [5, 2])),
  ),
  unary("Asinh", fromNumbers([-900, -30, -1, -0.01, 0, 0.02, 0.6, 2, 50, 700], [5, 2])),
  unary("Acosh", fromNumbers([1.001, 1.1, 1.5, 2, 3, 5, 10, 40, 300, 900], [5, 2])),
  unary("Atan", fromNumbers([0, 0.65, 0.67, 2.4, 2.5, 1e6, -1e-6, -0.6, -2.42, -30], [5, 2])),
  {
    op: "Mod",
    attributes: { fmod: 1 },
    feeds: { z: fromNumbers([5.5, -5.5, 3, -3, 0.3, 7.1, 8.5, -0.5, 2, 1, 1.5, 0.1, 3, 4.5, 5.2], [5, 3]) },
    stored: { divisor: fromNumbers([2, -2, 0.7], [3]) },
  },
  ...[{ upper: 0 }, { upper: 1 }].map(
    (attributes): OnnxCase => ({
      op: "Trilu",
      attributes,
      feeds: { z: normal(5, 3, 4) },
      stored: { k: fromNumbers([1], [], "int64") },
    }),
  ),
  {
    op: "Mul",
    before: [{ op: "EyeLike", inputs: ["square"], outputs: ["eye"], attributes: { k: 1 } }],
    feeds: { z: normal(5, 3, 3) },
    stored: { square: normal(3, 3) },
    inputs: ["z", "eye"],
  },
  ...[{}, { exclusive: 1 }, { reverse: 1 }, { exclusive: 1, reverse: 1 }].map(
    (attributes): OnnxCase => ({
      op: "CumSum",
      attributes,
      feeds: { z: normal(5, 3, 2) },
      stored: { axis: scalar(1, "int64") },
    }),
  ),
  {
    op: "Cast",
    attributes: { to: 1 },
    before: [
      { op: "IsNaN", inputs: ["root"], outputs: ["isNaN"] },
      { op: "Sqrt", inputs: ["z"], outputs: ["root"] },
    ].reverse(),
    feeds: { z: fromNumbers([1, -1, 4, -4, 0], [5]) },
    inputs: ["isNaN"],
  },
  {
    op: "Gather",
    feeds: { z: fromNumbers([0, 2, -1, 3, 1], [5], "int64") },
    stored: { table: normal(4, 3) },
    inputs: ["table", "z"],
  },
  attention({}, [2, 6, 4]),
  attention({ is_causal: 1, softcap: { float: 2 }, scale: { float: 0.3 } }, [1, 3, 4]),
  attention({ q_num_heads: 2, kv_num_heads: 2 }, [6, 8], {
    feeds: { z: normal(5, 3, 8), k: normal(5, 6, 8), v: normal(5, 6, 8) },
    stored: { mask: normal(3, 6) },
  }),
];
