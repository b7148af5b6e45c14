import { add, cos, matmul, mean, mul, type Node, square, sub, tanh } from "../../src/graph/index.js";
import type { Correction } from "../../src/hypersolver/index.js";
import { firstCorrection } from "../../src/hypersolver/internal.js";
import type { SolvedTask } from "../../src/models/index.js";
import { defineField, type Field } from "../../src/ode/index.js";
import { draw, type FloatDType, fromNumbers, Random, type Tensor } from "../../src/tensor/index.js";

const numbers = (shape: readonly number[], seed: number, dtype: FloatDType): Tensor => {
  const random = new Random(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return fromNumbers(
    draw(size, () => random.normal()),
    shape,
    dtype,
  );
};

/** Nonlinear, non-autonomous, with a control and two parameters: dz/ds = tanh(z W) u cos(s) − z c. */
export function trainableField(): Field {
  return defineField(
    ["batch", 2],
    (s, z, { W, c, u }) => sub(mul(mul(tanh(matmul(z, W as Node)), u as Node), cos(s)), mul(z, c as Node)),
    {
      controls: { u: { shape: ["batch", 1] } },
      parameters: { W: numbers([2, 2], 1, "float32"), c: numbers([2], 2, "float32") },
    },
  );
}

interface TaskOptions {
  /** Of the field. Default float32. */
  readonly dtype?: FloatDType;
  readonly rows?: number;
}

/** Everything that a task may have: parameters before and behind the field, a control, a metric. */
export function smallTask(field: Field, { dtype = "float32", rows = 6 }: TaskOptions = {}): SolvedTask {
  return {
    description: "small",
    field,
    span: [0, 1],
    parameters: { start: numbers([2, 2], 3, dtype), goal: numbers([2], 4, dtype) },
    // Named as something else might be.
    batch: {
      x: { shape: ["batch", 2], dtype },
      loss: { shape: ["batch", 1], dtype },
      u: { shape: ["batch", 1], dtype },
    },
    start: ({ x }, { start }) => matmul(x as Node, start as Node),
    loss: (end, { x, loss: more }, { goal }) => {
      const distance = mean(square(sub(end, add(add(x as Node, more as Node), goal as Node))));
      return { loss: distance, metrics: { end: mean(end) } };
    },
    draw: (iteration) => ({
      x: numbers([rows, 2], 100 + iteration, dtype),
      loss: numbers([rows, 1], 300 + iteration, dtype),
      u: numbers([rows, 1], 200 + iteration, dtype),
    }),
    validate: async (values) => {
      const size = Object.values(values).reduce((sum, { data }) => sum + Number(data[0]), 0);
      return { score: [size], metrics: { size } };
    },
    dispose: async () => {},
  };
}

/** A correction of two steps over [0, 1] whose weights are all above a half, in float64. */
export function nonZeroCorrection(field: Field): Correction {
  const first = firstCorrection(field, { steps: 2, hidden: [4], activation: "tanh", span: [0, 1] });
  const random = new Random(5);
  const parameters = Object.fromEntries(
    Object.entries(first.parameters).map(([name, { data, shape }]) => [
      name,
      fromNumbers(
        draw(data.length, () => 0.5 + random.uniform()),
        shape,
        "float64",
      ),
    ]),
  );
  return { ...first, parameters };
}
