import {
  add,
  concatColumns,
  div,
  gather,
  type InputSpec,
  matmul,
  mul,
  type NamedNodes,
  type Node,
  reshape,
  sin,
  slice,
  sub,
  tanh,
  trace,
} from "../../graph/index.js";
import {
  defineFamily,
  type FieldFamily,
  type ParameterRange,
  uniformStates,
} from "../../hypersolver/index.js";
import type { Field, Span } from "../../ode/index.js";
import { makeField } from "../../ode/internal.js";
import type { FamilyName } from "./family-names.js";

/** A family with the solve that is looked at: over a span, in so many steps. */
export interface FamilyProblem {
  readonly family: FieldFamily;
  readonly span: Span;
  readonly steps: number;
}

/** An autonomous field with controls, each [batch, n]. */
function autonomous(
  dimension: number,
  controls: Readonly<Record<string, number>>,
  f: (z: Node, controls: NamedNodes) => Node,
): Field {
  const specs: Record<string, InputSpec> = { z: { shape: ["batch", dimension] } };
  for (const [name, size] of Object.entries(controls)) specs[name] = { shape: ["batch", size] };
  const graph = trace(specs, ({ z, ...rest }) => ({ dz: f(z as Node, rest) }));
  return makeField(
    graph,
    { state: "z", depth: undefined, controls: Object.keys(controls), output: "dz" },
    {},
  );
}

const column = (z: Node, i: number): Node => slice(z, 1, i, i + 1);

/** Acceleration of free fall, m/s². */
const GRAVITY = 9.81;

/** θ'' = −(g/l) sin θ − c θ': angle and speed, of length l (m) and damping c (1/s). */
const pendulum = (): Field =>
  autonomous(2, { length: 1, damping: 1 }, (z, { length, damping }) => {
    const [angle, speed] = [column(z, 0), column(z, 1)];
    const pull = div(mul(sin(angle), GRAVITY), length as Node);
    return concatColumns([speed, sub(mul(pull, -1), mul(damping as Node, speed))]);
  });

/** x'' = μ (1 − x²) x' − x. */
const vanDerPol = (): Field =>
  autonomous(2, { mu: 1 }, (z, { mu }) => {
    const [x, y] = [column(z, 0), column(z, 1)];
    return concatColumns([y, sub(mul(mul(mu as Node, sub(1, mul(x, x))), y), x)]);
  });

/** x' = α x − β x y, y' = δ x y − γ y: prey and predators. */
const lotkaVolterra = (): Field =>
  autonomous(2, { alpha: 1, beta: 1, gamma: 1, delta: 1 }, (z, { alpha, beta, gamma, delta }) => {
    const [x, y] = [column(z, 0), column(z, 1)];
    const met = mul(x, y);
    return concatColumns([
      sub(mul(alpha as Node, x), mul(beta as Node, met)),
      sub(mul(delta as Node, met), mul(gamma as Node, y)),
    ]);
  });

/** xᵢ' = (xᵢ₊₁ − xᵢ₋₂) xᵢ₋₁ − xᵢ + F, in a circle (Lorenz, 1996). */
const lorenz96 = (dimension: number): Field =>
  autonomous(dimension, { force: 1 }, (z, { force }) => {
    const turned = (by: number): Node =>
      gather(
        z,
        1,
        Array.from({ length: dimension }, (_, i) => (i + by + dimension) % dimension),
      );
    return add(sub(mul(sub(turned(1), turned(-2)), turned(-1)), z), force as Node);
  });

/** W₂ tanh(W₁ z + b₁), every member with weights of its own. */
function randomMlp(dimension: number, width: number): Field {
  const size = dimension * width;
  return autonomous(
    dimension,
    { weight1: size, bias1: width, weight2: size },
    (z, { weight1, bias1, weight2 }) => {
      const first = reshape(weight1 as Node, ["batch", width, dimension]);
      const second = reshape(weight2 as Node, ["batch", dimension, width]);
      const hidden = tanh(
        add(matmul(first, reshape(z, ["batch", dimension, 1])), reshape(bias1 as Node, ["batch", width, 1])),
      );
      return reshape(matmul(second, hidden), ["batch", dimension]);
    },
  );
}

interface FamilyForm extends Omit<FamilyProblem, "family"> {
  readonly field: () => Field;
  readonly parameters: Readonly<Record<string, ParameterRange>>;
  /** Members that no correction has seen the like of: a quarter of the range beyond its hard end. */
  readonly beyond: Readonly<Record<string, ParameterRange>>;
  readonly states: readonly [low: number, high: number];
}

const unit: ParameterRange = [0.5, 1.5];
const more: ParameterRange = [1.5, 1.75];

/** The families, with the steps in which they are solved: few enough for Heun to be off by percents. */
const forms: Readonly<Record<FamilyName, FamilyForm>> = {
  pendulum: {
    field: pendulum,
    parameters: { length: [0.5, 2], damping: [0, 0.5] },
    beyond: { length: [0.4, 0.5], damping: [0.5, 0.625] },
    ...{ states: [-1.5, 1.5], span: [0, 1], steps: 8 },
  },
  "van der Pol": {
    field: vanDerPol,
    parameters: { mu: [0.1, 3] },
    beyond: { mu: [3, 3.7] },
    ...{ states: [-2, 2], span: [0, 2], steps: 16 },
  },
  "Lotka–Volterra": {
    field: lotkaVolterra,
    parameters: { alpha: unit, beta: unit, gamma: unit, delta: unit },
    beyond: { alpha: more, beta: more, gamma: more, delta: more },
    ...{ states: [0.5, 2], span: [0, 2], steps: 8 },
  },
  "Lorenz-96": {
    field: () => lorenz96(8),
    parameters: { force: [4, 10] },
    beyond: { force: [10, 11.5] },
    ...{ states: [-4, 8], span: [0, 0.4], steps: 8 },
  },
  "random MLPs": {
    field: () => randomMlp(4, 16),
    parameters: { weight1: [-1.5, 1.5], bias1: [-1, 1], weight2: [-0.6, 0.6] },
    beyond: { weight1: [-1.9, 1.9], bias1: [-1.25, 1.25], weight2: [-0.75, 0.75] },
    ...{ states: [-2, 2], span: [0, 1], steps: 4 },
  },
};

/**
 * A family of the experiment.
 * @param members those that corrections are fitted to, or others, beyond their parameters.
 */
export function familyNamed(
  name: FamilyName,
  members: "parameters" | "beyond" = "parameters",
): FamilyProblem {
  const { field, states, span, steps, [members]: parameters } = forms[name];
  const [low, high] = states;
  const made = field();
  const dimension = Number(made.graph.inputs.z?.shape[1]);
  const family = defineFamily({
    name,
    field: made,
    parameters,
    states: uniformStates([dimension], low, high),
  });
  return { family, span, steps };
}
