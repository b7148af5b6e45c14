import { ffjordField } from "../../../src/experiments/index.js";
import { concatColumns, importOnnx, mul, type Node, slice, sub } from "../../../src/graph/index.js";
import { normalStates, type StateSource, uniformStates } from "../../../src/hypersolver/index.js";
import { defineField, type Field, fieldOfModel, type Span } from "../../../src/ode/index.js";
import attackedModel from "./exhibits/attacked.onnx?url";
import { bytesAt } from "./shipped-flows.js";

/** A field to try without bringing one. */
export interface Exhibit {
  readonly title: string;
  readonly span: Span;
  readonly states: StateSource;
  field(): Promise<Field>;
}

const column = (z: Node, i: number): Node => slice(z, 1, i, i + 1);

/** x″ = μ(1 − x²)x′ − x. Reference: B. van der Pol, "On relaxation-oscillations", 1926. */
const vanDerPol = (mu: number): Field =>
  defineField(["batch", 2], (_, z) => {
    const [x, v] = [column(z, 0), column(z, 1)];
    return concatColumns([v, sub(mul(mul(sub(1, mul(x, x)), v), mu), x)]);
  });

/** Prey and predators: x′ = x(α − βy), y′ = y(δx − γ). Reference: A. J. Lotka, 1925; V. Volterra, 1926. */
const lotkaVolterra = (): Field =>
  defineField(["batch", 2], (_, z) => {
    const [x, y] = [column(z, 0), column(z, 1)];
    return concatColumns([mul(x, sub(1.5, y)), mul(y, sub(x, 1.5))]);
  });

/** A turn whose speed grows with the radius: the farther out, the harder for a step of one length. */
const whirl = (): Field =>
  defineField(["batch", 2], (_, z) => {
    const [x, y] = [column(z, 0), column(z, 1)];
    const speed = mul(sub(mul(x, x), mul(mul(y, y), -1)), 3);
    return concatColumns([mul(mul(y, speed), -1), mul(x, speed)]);
  });

/** A flow to two moons after an attack: `fields/after-an-attack.onnx` of `hypersolvers reproduce adversarial`, seed 0. */
const attacked = async (): Promise<Field> =>
  fieldOfModel(importOnnx(await bytesAt(attackedModel), "attacked.onnx"));

/** What there is to try, by name. */
export const gallery = {
  ffjord: {
    title: "The authors' FFJORD flow",
    span: [0, 1],
    states: normalStates([2]),
    field: ffjordField,
  },
  "van-der-pol": {
    title: "Van der Pol, μ = 3 (stiff in places)",
    span: [0, 2],
    states: uniformStates([2], -2, 2),
    field: async () => vanDerPol(3),
  },
  stiff: {
    title: "Van der Pol, μ = 20: stiff, steps of base methods fly off",
    span: [0, 0.5],
    states: uniformStates([2], -2, 2),
    field: async () => vanDerPol(20),
  },
  attacked: {
    title: "A flow whose weights an adversary moved to where Heun and its correction fail",
    span: [0, 1],
    states: normalStates([2]),
    field: attacked,
  },
  "lotka-volterra": {
    title: "Prey and predators",
    span: [0, 3],
    states: uniformStates([2], 0.5, 2.5),
    field: async () => lotkaVolterra(),
  },
  whirl: {
    title: "A whirl, faster the farther out",
    span: [0, 0.5],
    states: uniformStates([2], -1.2, 1.2),
    field: async () => whirl(),
  },
} as const satisfies Readonly<Record<string, Exhibit>>;

export type ExhibitName = keyof typeof gallery;
