import { test, expect } from "vitest";
import * as g from "/work/main/src/graph/index.js";
import { compile } from "/work/main/src/runtime/index.js";
import { fromNumbers, scalar } from "/work/main/src/tensor/index.js";
const tr = (f: any, shape: any = ["batch", 3]) => g.trace({ x: { shape } }, ({ x }) => ({ y: f(x) }));
const cases: Record<string, any> = {
  gradTransposed: (x: any) => g.gradient(g.reduceSum(g.mul(g.reduceSum(g.transpose(x), 1), g.constant(fromNumbers([1,2,3],[3])))), [x])[0],
  expandTransposed: (x: any) => g.broadcastLike(g.constant(fromNumbers([1,2,3],[3,1])), g.transpose(x)),
  zerosT: (x: any) => g.zerosLike(g.transpose(x)),
  reduceAll: (x: any) => g.reduceSum(x),
  mean: (x: any) => g.mean(x),
  maxAll: (x: any) => g.reduceMax(x, 1),
  softmax: (x: any) => g.softmax(x),
  softmaxGrad: (x: any) => g.gradient(g.reduceSum(g.mul(g.softmax(x), x)), [x])[0],
  reshapeInsert: (x: any) => g.reshape(x, [3, "batch"]),
  reshape1: (x: any) => g.reshape(x, [1, "batch", 3]),
  gemmT: (x: any) => g.gemm(x, x, undefined, { transposeA: true }),
  gram: (x: any) => g.gemm(x, x, undefined, { transposeB: true }),
  gramGrad: (x: any) => g.gradient(g.reduceSum(g.gemm(x, x, undefined, { transposeB: true })), [x])[0],
  bmm: (x: any) => g.matmul(g.reshape(x, ["batch", 3, 1]), g.reshape(x, ["batch", 1, 3])),
  bmmGrad: (x: any) => g.gradient(g.reduceSum(g.tanh(g.matmul(g.reshape(x, ["batch", 3, 1]), g.reshape(x, ["batch", 1, 3])))), [x])[0],
  mm3Grad: (x: any) => g.gradient(g.reduceSum(g.tanh(g.matmul(g.reshape(x, ["batch", 3, 1]), g.constant(fromNumbers([1,2],[1,2]))))), [x])[0],
  ln: (x: any) => g.layerNorm(x, [1]),
  lnGrad: (x: any) => g.gradient(g.reduceSum(g.square(g.mul(g.layerNorm(x, [1]), x))), [x])[0],
  bn: (x: any) => g.layerNorm(x, [0]),
  extent: (x: any) => g.mul(x, g.extent(x, 0)),
  extentI: (x: any) => g.cast(g.extent(x, 0, "int64"), "float32"),
  gather: (x: any) => g.gather(x, 1, [2, 0]),
  pad: (x: any) => g.pad(x, 1, 1, 2),
  slice: (x: any) => g.slice(x, 1, 1, 2),
  concat: (x: any) => g.concat([x, g.square(x)], 1),
  logSumExp: (x: any) => g.logSumExp(x),
  xent: (x: any) => g.norm(x),
  expandScalar: (x: any) => g.expand(g.constant(2), ["batch", 3, 4], x),
  expandMid: (x: any) => g.expand(g.reshape(x, ["batch", 1, 3]), ["batch", 4, 3]),
  wh: (x: any) => g.where(g.less(x, 0), 1, x),
};
for (const [name, f] of Object.entries(cases)) for (const n of [0, 1, 5]) test(`${name} ${n}`, async () => {
  const graph = tr(f);
  const x = fromNumbers(Array.from({ length: 3 * n }, (_, i) => Math.sin(i * 1.7)), [n, 3]);
  const e = g.evaluateGraph(graph, { x }).y!;
  for (const target of ["onnxruntime", "standard"] as const) {
    const { programOf } = await import("/work/main/src/runtime/index.js");
    const p = await programOf(graph, g.encodeOnnx(g.simplify(graph), { target }));
    const a = (await p.run({ x })).y!;
    expect(a.shape).toEqual(e.shape);
    a.data.forEach((v: any, i: number) => expect(Math.abs(Number(v) - Number(e.data[i])) < 1e-5 || Object.is(Number(v), Number(e.data[i]))).toBe(true));
    const again = g.importOnnx(g.encodeOnnx(graph, { target }), "again");
    const b = g.evaluateGraph(g.bind(again.graph, again.parameters), { x }).y!;
    expect(b.shape).toEqual(e.shape);
    b.data.forEach((v: any, i: number) => expect(Math.abs(Number(v) - Number(e.data[i])) < 1e-6 || Object.is(Number(v), Number(e.data[i]))).toBe(true));
  }
});
