import { describe, expect, test } from "vitest";
import { evaluateGraph, type Node, trace } from "../../../src/graph/index.js";
import { adam, adamw, cosineAnnealing, type Optimizer, sgd } from "../../../src/optim/index.js";
import { scalar, type Tensor, toFloat64, zeros } from "../../../src/tensor/index.js";
import { expectClose, relativeDifference } from "../../helpers/compare.js";
import { readOracle } from "../../helpers/oracle.js";
import { SAME_NUMERICS } from "../../helpers/tolerances.js";

const optimizers: Readonly<Record<string, Optimizer>> = {
  adam: adam(),
  adamw: adamw({ weightDecay: 1e-2 }),
  sgd_momentum: sgd({ momentum: 0.9 }),
};

describe.each(Object.entries(optimizers))("oracle: %s equals PyTorch", (name, optimizer) => {
  const oracle = readOracle(`optim_${name}`);
  const { shape } = oracle.get("param.0");
  const scalarNames = Object.keys(optimizer.scalars(1, 1e-2));
  const tensorInput = { shape, dtype: "float64" } as const;
  const graph = trace(
    {
      parameter: tensorInput,
      gradient: tensorInput,
      ...Object.fromEntries(optimizer.slots.map((slot) => [slot, tensorInput])),
      ...Object.fromEntries(scalarNames.map((key) => [key, { shape: [], dtype: "float64" } as const])),
    },
    (nodes: Readonly<Record<string, Node>>) => {
      const { parameter, slots } = optimizer.update({
        parameter: nodes.parameter as Node,
        gradient: nodes.gradient as Node,
        slots: nodes,
        scalars: nodes,
      });
      return { parameter, ...slots };
    },
  );

  test("over five steps", () => {
    let state: Record<string, Tensor> = {
      parameter: oracle.get("param.0"),
      ...Object.fromEntries(optimizer.slots.map((slot) => [slot, zeros(shape, "float64")])),
    };
    for (let step = 1; step <= 5; step++) {
      const numbers = Object.entries(optimizer.scalars(step, 1e-2));
      state = evaluateGraph(graph, {
        ...state,
        gradient: oracle.get(`grad.${step - 1}`),
        ...Object.fromEntries(numbers.map(([key, value]) => [key, scalar(value, "float64")])),
      });
      expectClose(state.parameter as Tensor, oracle.get(`param.${step}`), SAME_NUMERICS);
    }
  });
});

test("oracle: cosine annealing equals PyTorch", () => {
  const expected = toFloat64(readOracle("schedule_cosine_1e-2_to_5e-4_T20").get("lr"));
  const schedule = cosineAnnealing({ from: 1e-2, to: 5e-4, iterations: 20 });
  const rates = Array.from({ length: 21 }, (_, iteration) => schedule(iteration));
  expect(relativeDifference(rates, expected)).toBeLessThan(SAME_NUMERICS);
});
