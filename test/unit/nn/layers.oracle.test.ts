import { describe, expect, test } from "vitest";
import {
  crossEntropy,
  evaluateGraph,
  gradient,
  type NamedNodes,
  type Node,
  oneHot,
  trace,
  vjp,
} from "../../../src/graph/index.js";
import {
  adaptiveAveragePool2d,
  applyTraining,
  averagePool2d,
  batchNorm2d,
  bufferInputs,
  conv2d,
  convTranspose2d,
  elu,
  gelu,
  groupNorm,
  initializeBuffers,
  linear,
  loadStateDict,
  type Module,
  maxPool2d,
  parameterInputs,
  prelu,
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "../../../src/nn/index.js";
import type { Tensor } from "../../../src/tensor/index.js";
import { expectClose } from "../../helpers/compare.js";
import { imageOracleFolder, oracleFolder, readOracle } from "../../helpers/oracle.js";
import { SAME_NUMERICS } from "../../helpers/tolerances.js";

/** A module whose `apply` is what another does in training mode. */
const inTraining = (module: Module): Module => ({
  ...module,
  apply: (nodes, x) => applyTraining(module, nodes, x).output,
});

const layers: Readonly<Record<string, Module>> = {
  linear: linear(5, 7),
  conv2d_3x3_same: conv2d(3, 5, 3, { padding: "same" }),
  conv2d_5x5_stride2: conv2d(4, 6, 5, { stride: 2, padding: 2 }),
  conv2d_valid_nobias: conv2d(2, 3, 3, { bias: false }),
  groupnorm: groupNorm(3, 12),
  batchnorm2d_eval: batchNorm2d(6),
  batchnorm2d_train: inTraining(batchNorm2d(6)),
  avgpool2d: averagePool2d(4),
  adaptive_avgpool2: adaptiveAveragePool2d(2),
  prelu_scalar: prelu(),
  prelu_channel: prelu(4),
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
  elu,
  gelu,
};

const imageLayers: Readonly<Record<string, Module>> = {
  convtranspose2d_plain: convTranspose2d(3, 2, 3),
  convtranspose2d_groups: convTranspose2d(4, 6, [3, 2], {
    ...{ stride: [2, 3], padding: [1, 0], outputPadding: [1, 2], dilation: [1, 2], groups: 2 },
  }),
  conv2d_groups: conv2d(4, 6, [3, 2], { stride: [2, 1], padding: [2, 1], dilation: [1, 2], groups: 2 }),
  conv2d_even_same: conv2d(2, 3, [2, 4], { padding: "same" }),
  maxpool2d: maxPool2d(2),
  maxpool2d_padded: maxPool2d([3, 2], { stride: [2, 1], padding: 1, dilation: [1, 2] }),
  avgpool2d_padded: averagePool2d(3, { stride: 2, padding: 1 }),
  avgpool2d_valid: averagePool2d(3, { stride: 2, padding: 1, countIncludePad: false }),
  adaptive_avgpool2d: adaptiveAveragePool2d([3, 2]),
  groupnorm_instance: groupNorm(4, 4),
};

const cases = [
  ...Object.entries(layers).map(([name, module]) => ({ name, module, folder: oracleFolder })),
  ...Object.entries(imageLayers).map(([name, module]) => ({ name, module, folder: imageOracleFolder })),
];

describe.each(cases)("oracle: layer $name equals PyTorch", ({ name, module, folder }) => {
  const oracle = readOracle(`layer_${name}`, folder);
  const feeds = {
    ...oracle.group("param."),
    input: oracle.get("input"),
    cotangent: oracle.get("cotangent"),
  };
  const parameterNames = Object.keys(module.parameters);
  const graph = trace(
    {
      ...parameterInputs(module, "float64"),
      ...bufferInputs(module, "float64"),
      input: { shape: feeds.input.shape, dtype: "float64" },
      cotangent: { shape: feeds.cotangent.shape, dtype: "float64" },
    },
    (nodes: NamedNodes) => {
      const output = module.apply(nodes, nodes.input as Node);
      const wrt = ["input", ...parameterNames];
      const pulled = vjp(
        [output],
        [nodes.cotangent as Node],
        wrt.map((key) => nodes[key] as Node),
      );
      return { output, ...Object.fromEntries(wrt.map((key, i) => [`grad.${key}`, pulled[i] as Node])) };
    },
  );
  const results = evaluateGraph(graph, feeds);

  test("has PyTorch's parameter names", () => {
    const names = [...parameterNames, ...Object.keys(module.buffers ?? {})];
    expect(names.toSorted()).toEqual(Object.keys(oracle.group("param.")).toSorted());
    expect(Object.keys(loadStateDict(module, oracle.group("param.")))).toEqual(names);
  });

  test.each(Object.keys(results))("%s", (key) => {
    expectClose(results[key] as Tensor, oracle.get(key), SAME_NUMERICS);
  });
});

test("oracle: one training step moves the running statistics of batchNorm2d as PyTorch does", () => {
  const oracle = readOracle("layer_batchnorm2d_train");
  const module = batchNorm2d(6);
  const input = oracle.get("input");
  const graph = trace(
    {
      ...parameterInputs(module, "float64"),
      ...bufferInputs(module, "float64"),
      input: { shape: ["batch", ...input.shape.slice(1)], dtype: "float64" },
    },
    (nodes: NamedNodes) => applyTraining(module, nodes, nodes.input as Node).buffers,
  );
  const moved = evaluateGraph(graph, { ...oracle.group("param."), ...initializeBuffers(module), input });
  expect(Object.keys(moved)).toEqual(Object.keys(module.buffers ?? {}));
  expectClose(moved.running_mean as Tensor, oracle.get("param.running_mean"), SAME_NUMERICS);
  expectClose(moved.running_var as Tensor, oracle.get("param.running_var"), SAME_NUMERICS);
  expect(moved.num_batches_tracked?.data).toEqual(oracle.get("param.num_batches_tracked").data);
});

test.each(["integers", "one-hot rows"])(
  "oracle: cross entropy of %s and its gradient equal PyTorch",
  (form) => {
    const oracle = readOracle("loss_cross_entropy");
    const classes = 10;
    const graph = trace(
      { logits: { shape: [6, 10], dtype: "float64" }, labels: { shape: [6], dtype: "int64" } },
      ({ logits, labels }) => {
        const targets = form === "integers" ? labels : oneHot(labels, classes, "float64");
        const loss = crossEntropy(logits, targets);
        return { loss, "grad.logits": gradient(loss, [logits])[0] as Node };
      },
    );
    const results = evaluateGraph(graph, { logits: oracle.get("logits"), labels: oracle.get("labels") });
    expectClose(results.loss as Tensor, oracle.get("loss"), SAME_NUMERICS);
    expectClose(results["grad.logits"] as Tensor, oracle.get("grad.logits"), SAME_NUMERICS);
  },
);
