import {
  add,
  concat,
  constant,
  cos,
  exp,
  matmul,
  mul,
  type Node,
  sin,
  slice,
  sub,
  trace,
} from "../../src/graph/index.js";
import type { Field } from "../../src/ode/index.js";
import { makeField, perSample } from "../../src/ode/internal.js";
import { type FloatDType, fromNumbers, type Tensor } from "../../src/tensor/index.js";

/** Nodes at one place of a solve; scalars are columns [batch, 1]. */
export interface FlowSite {
  readonly z: Node;
  readonly s: Node;
  readonly epsilon: Node;
  readonly x: Node | undefined;
}

/** A field on states [batch, 2] whose flow is known in closed form. */
export interface ClosedForm {
  readonly name: string;
  readonly controlled: boolean;
  field(dtype: FloatDType): Field;
  /** z(s + ε) from z(s), as graph. */
  flow(site: FlowSite): Node;
  /** z(s1) from z(s0), one sample. */
  exact(s0: number, s1: number, z: readonly number[], x?: number): number[];
}

const decay = -0.4;
const turn = 1.3;

/** z' = A z with A = [[decay, −turn], [turn, decay]]: autonomous, the graph has no depth input. */
export const spiral: ClosedForm = {
  name: "linear, autonomous",
  controlled: false,
  field: (dtype) => {
    const graph = trace({ z: { shape: ["batch", 2], dtype } }, ({ z }) => ({
      dz: matmul(z, constant(transposed(dtype))),
    }));
    return makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
  },
  flow: ({ z, epsilon }) => {
    const [first, second] = [slice(z, 1, 0, 1), slice(z, 1, 1, 2)];
    const [c, s] = [cos(mul(epsilon, turn)), sin(mul(epsilon, turn))];
    const turned = concat([sub(mul(c, first), mul(s, second)), add(mul(s, first), mul(c, second))], 1);
    return mul(turned, exp(mul(epsilon, decay)));
  },
  exact: (s0, s1, [first = 0, second = 0]) => {
    const factor = Math.exp(decay * (s1 - s0));
    const [c, s] = [Math.cos(turn * (s1 - s0)), Math.sin(turn * (s1 - s0))];
    return [factor * (c * first - s * second), factor * (s * first + c * second)];
  },
};

const transposed = (dtype: FloatDType): Tensor => fromNumbers([decay, turn, -turn, decay], [2, 2], dtype);

/** z' = cos(s) z: non-autonomous. Wrong stage times or a wrong s for g show at once. */
export const pulse: ClosedForm = {
  name: "cos(s) z, non-autonomous",
  controlled: false,
  field: (dtype) => {
    const specs = { s: { shape: [], dtype }, z: { shape: ["batch", 2], dtype } } as const;
    const graph = trace(specs, ({ s, z }) => ({ dz: mul(z, cos(perSample(s, z))) }));
    return makeField(graph, { state: "z", depth: "s", controls: [], output: "dz" }, {});
  },
  flow: ({ z, s, epsilon }) => mul(z, exp(sub(sin(add(s, epsilon)), sin(s)))),
  exact: (s0, s1, z) => z.map((value) => value * Math.exp(Math.sin(s1) - Math.sin(s0))),
};

/** z' = x cos(s) z with a control x: driven. */
export const driven: ClosedForm = {
  name: "x cos(s) z, driven by a control",
  controlled: true,
  field: (dtype) => {
    const specs = {
      s: { shape: [], dtype },
      z: { shape: ["batch", 2], dtype },
      x: { shape: ["batch", 1], dtype },
    } as const;
    const graph = trace(specs, ({ s, z, x }) => ({ dz: mul(z, mul(x, cos(perSample(s, z)))) }));
    return makeField(graph, { state: "z", depth: "s", controls: ["x"], output: "dz" }, {});
  },
  flow: ({ z, s, epsilon, x }) => {
    const grown = sub(sin(add(s, epsilon)), sin(s));
    return mul(z, exp(x === undefined ? grown : mul(x, grown)));
  },
  exact: (s0, s1, z, x = 1) => z.map((value) => value * Math.exp(x * (Math.sin(s1) - Math.sin(s0)))),
};

export const closedForms: readonly ClosedForm[] = [spiral, pulse, driven];

const states = [0.5, -0.2, 1.3, 0.4, -0.7, 0.9];
const drives = [0.3, -1.1, 0.8];

/** Three initial states, and the control of each. */
export const startStates = (dtype: FloatDType): Tensor => fromNumbers(states, [3, 2], dtype);
export function controlsOf({ controlled }: ClosedForm, dtype: FloatDType): Record<string, Tensor> {
  return controlled ? { x: fromNumbers(drives, [3, 1], dtype) } : {};
}

/** Exact states of `startStates`, flat. */
export function exactStates({ exact }: ClosedForm, s0: number, s1: number): number[] {
  return drives.flatMap((x, i) => exact(s0, s1, states.slice(2 * i, 2 * i + 2), x));
}
