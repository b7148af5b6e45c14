import { add, concat, cos, mul, type Node, reshape, sin, slice, sub, trace } from "../../src/graph/index.js";
import type { Field, PlainField } from "../../src/ode/index.js";
import { makeField, perSample } from "../../src/ode/internal.js";
import { type FloatDType, fromNumbers, type Tensor } from "../../src/tensor/index.js";

/** How a model may declare its depth input. */
export const depthShapes = { scalar: [], one: [1], batch: ["batch"], column: ["batch", 1] } as const;

/**
 * A nonlinear, non-autonomous field with a control x and a parameter w, for 3 samples of 2 numbers:
 * f = (x cos(s) z₂ − z₁, w₁ sin(z₁) − w₂ x s z₂).
 */
export function controlledField(
  dtype: FloatDType = "float64",
  depth: keyof typeof depthShapes = "scalar",
): Field {
  const specs = {
    s: { shape: depthShapes[depth], dtype },
    z: { shape: ["batch", 2], dtype },
    x: { shape: ["batch", 1], dtype },
    w: { shape: [2], dtype },
  } as const;
  const graph = trace(specs, ({ s, z, x, w }) => {
    const [first, second] = [slice(z, 1, 0, 1), slice(z, 1, 1, 2)];
    const at = depth === "one" ? perSample(reshape(s, []), z) : perSample(s, z);
    const weight = (i: number): Node => reshape(slice(w, 0, i, i + 1), []);
    const derivative = [
      sub(mul(mul(x, cos(at)), second), first),
      sub(mul(weight(0), sin(first)), mul(mul(weight(1), mul(x, at)), second)),
    ];
    return { dz: concat(derivative, 1) };
  });
  const roles = { state: "z", depth: "s", controls: ["x"], output: "dz" };
  return makeField(graph, roles, { w: fromNumbers(weights, [2], dtype) });
}

const weights = [0.7, -0.4];
const controls = [0.3, -1.1, 0.8];

/** The value of the control x. */
export const control = (dtype: FloatDType = "float64"): Tensor => fromNumbers(controls, [3, 1], dtype);
export const initialState = (dtype: FloatDType = "float64"): Tensor =>
  fromNumbers([0.5, -0.2, 1.3, 0.4, -0.7, 0.9], [3, 2], dtype);

/** The same field in JavaScript, on the flat batch. */
export const controlledPlain: PlainField = (s, z) =>
  controls.flatMap((x, i) => {
    const [first = 0, second = 0] = z.subarray(2 * i, 2 * i + 2);
    const [w1 = 0, w2 = 0] = weights;
    return [x * Math.cos(s) * second - first, w1 * Math.sin(first) - w2 * x * s * second];
  });

/** A scalar field dz/ds = h(s, z) for any batch: [batch, 1]. */
export function scalarField(h: (s: Node, z: Node) => Node, dtype: FloatDType = "float64"): Field {
  const specs = { s: { shape: [], dtype }, z: { shape: ["batch", 1], dtype } } as const;
  const graph = trace(specs, ({ s, z }) => ({ dz: add(h(perSample(s, z), z), mul(z, 0)) }));
  return makeField(graph, { state: "z", depth: "s", controls: [], output: "dz" }, {});
}
