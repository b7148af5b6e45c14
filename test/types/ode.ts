import { tanh } from "../../src/graph/index.js";
import {
  type AdaptiveTableau,
  type ButcherTableau,
  defineField,
  defineTableau,
  dopri5,
  type Field,
  heun,
  integralController,
  orThrow,
  type PlainField,
  rk4,
  type Solution,
  type Span,
  type StepController,
  solve,
} from "../../src/ode/index.js";
import { isAdaptive, stateType, withoutErrorControl } from "../../src/ode/internal.js";
import { plainAlgebra } from "../../src/ode/methods/algebra.js";
import { embeddedStep } from "../../src/ode/methods/runge-kutta.js";
import { plainStepper } from "../../src/ode/plain/plain-stepper.js";
import { zeros } from "../../src/tensor/index.js";

const decay = (_: number, y: Float64Array) => y.map((value) => -value);
const tolerance = { rtol: 1e-6, atol: 1e-6 };

/** Step control wants an error estimate, and the compiler sees whether a tableau has one. */
export const stepper = plainStepper(dopri5, decay, tolerance);
// @ts-expect-error RK4 has no error estimate
plainStepper(rk4, decay, tolerance);
// @ts-expect-error without its error estimate, a pair is a plain tableau
plainStepper(withoutErrorControl(dopri5), decay, tolerance);
// @ts-expect-error nothing to embed
embeddedStep(heun, decay, plainAlgebra, { s: 0, dt: 0.1, y: Float64Array.of(1), k0: Float64Array.of(-1) });
export function control(method: ButcherTableau): void {
  // @ts-expect-error not every tableau has one
  plainStepper(method, decay, tolerance);
  if (isAdaptive(method)) plainStepper(method, decay, tolerance);
}
// @ts-expect-error one tolerance is missing
plainStepper(dopri5, decay, { rtol: 1e-6 });

const euler = { name: "euler", order: 1, a: [[]], b: [1], c: [0], reference: "Euler (1768)" };
export const plain: ButcherTableau = defineTableau(euler);
// @ts-expect-error a tableau without bError is not adaptive
export const pretended: AdaptiveTableau = defineTableau(euler);
export const pair: AdaptiveTableau = defineTableau({ ...euler, bError: [0], embeddedOrder: 1 });
// @ts-expect-error coefficients have a source
defineTableau({ name: "euler", order: 1, a: [[]], b: [1], c: [0] });
export function frozen(tableau: ButcherTableau): void {
  // @ts-expect-error a tableau is frozen
  tableau.order = 5;
  // @ts-expect-error with its coefficients
  tableau.b[0] = 1;
}

/** States are numbers at once: neither promises nor single numbers. */
export const field: PlainField = (_, y) => [-(y[0] ?? 0)];
// @ts-expect-error an async function cannot be integrated
export const asynchronous: PlainField = async (_, y) => [-(y[0] ?? 0)];
// @ts-expect-error a derivative has as many numbers as the state, in an array
export const single: PlainField = (_, y) => -(y[0] ?? 0);

export const span: Span = [0, 1];
// @ts-expect-error a span has two ends
export const pointless: Span = [0];

/** A failure is a value: what is left of a solution is looked at before it is used. */
export async function outcome(): Promise<Float64Array | undefined> {
  const solution: Solution<Float64Array> = await solve(field, [1], { span });
  // @ts-expect-error no solve ends like this
  if (solution.status === "failed") return undefined;
  return orThrow(solution).states.at(-1);
}

export const controller: StepController = integralController({ safety: 0.8 });
// @ts-expect-error a misspelled setting
integralController({ savety: 0.8 });

/** A field of the library is a graph of nodes. */
export const symbolic: Field = defineField(["batch", 2], (_, z) => tanh(z));
// @ts-expect-error arrays are not nodes
defineField(["batch", 2], () => zeros([1, 2], "float32"));
// @ts-expect-error nor are numbers
defineField(["batch", 2], () => 0);
export const shape = stateType(symbolic).shape;
