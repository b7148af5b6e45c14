import { describe, expect, test } from "vitest";
import {
  crossEntropy,
  evaluateGraph,
  gradient,
  type NamedNodes,
  type Node,
  trace,
  vjp,
} from "../../../src/graph/index.js";
import {
  elu,
  gelu,
  linear,
  type Module,
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
import { readOracle } from "../../helpers/oracle.js";
import { SAME_NUMERICS } from "../../helpers/tolerances.js";

const layers: Readonly<Record<string, Module>> = {
  linear: linear(5, 7),
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

describe.each(Object.entries(layers))("oracle: layer %s equals PyTorch", (name, module) => {
  const oracle = readOracle(`layer_${name}`);
  const feeds = {
    ...oracle.group("param."),
    input: oracle.get("input"),
    cotangent: oracle.get("cotangent"),
  };
  const parameterNames = Object.keys(module.parameters);
  const graph = trace(
    {
      ...parameterInputs(module, "float64"),
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
    expect(parameterNames.toSorted()).toEqual(Object.keys(oracle.group("param.")).toSorted());
  });

  test.each(Object.keys(results))("%s", (key) => {
    expectClose(results[key] as Tensor, oracle.get(key), SAME_NUMERICS);
  });
});

test("oracle: cross entropy and its gradient equal PyTorch", () => {
  const oracle = readOracle("loss_cross_entropy");
  const graph = trace(
    { logits: { shape: [6, 10], dtype: "float64" }, labels: { shape: [6], dtype: "int64" } },
    ({ logits, labels }) => {
      const loss = crossEntropy(logits, labels);
      return { loss, "grad.logits": gradient(loss, [logits])[0] as Node };
    },
  );
  const results = evaluateGraph(graph, { logits: oracle.get("logits"), labels: oracle.get("labels") });
  expectClose(results.loss as Tensor, oracle.get("loss"), SAME_NUMERICS);
  expectClose(results["grad.logits"] as Tensor, oracle.get("grad.logits"), SAME_NUMERICS);
});
