import { type Graph, type InputSpec, type Node, type Operand, trace } from "../../graph/index.js";
import { symbolicField } from "../field/evaluate-field.js";
import { type Field, stateType } from "../field/field.js";
import { graphAlgebra } from "../methods/graph-algebra.js";
import type { LinearMethod } from "../methods/linear-method.js";
import { stepSite, stepSpecs } from "./compiled-steps.js";

/**
 * One step of a method that is handed so many evaluations, latest first, as a graph of `stepSpecs`, these and its weights, to
 * `/z1` and what it hands on.
 */
export function carriedStep(field: Field, method: LinearMethod, handed: number, isLast: boolean): Graph {
  const { shape, dtype } = stateType(field);
  const states = new Array<InputSpec>(handed).fill({ shape, dtype });
  // How many weights there are does not depend on the steps.
  const sizes = new Array<number>(handed + 1).fill(0.1);
  const numbers = method.weights(sizes, 0.5).map((): InputSpec => ({ shape: [], dtype }));
  const specs = { ...stepSpecs(field), ...named(pastName, states), ...named(weightName, numbers) };
  return trace(specs, (inputs) => {
    const { s, dt, z, controls, algebra = graphAlgebra } = stepSite(field, inputs);
    const handedOver = states.map((_, j) => inputs[pastName(j)] as Node);
    const weights = numbers.map((_, j) => inputs[weightName(j)] as Node);
    const f = symbolicField(field, { controls });
    const step = method.step<Node, Operand>(f, algebra, { s, dt, y: z, past: handedOver, weights, isLast });
    return { "/z1": step.y1, ...named(nextName, isLast ? [] : step.past) };
  });
}

export const pastName = (j: number): string => `/past${j}`;
export const nextName = (j: number): string => `/next${j}`;
export const weightName = (j: number): string => `/weight${j}`;

export const named = <T>(name: (j: number) => string, values: readonly T[]): Record<string, T> =>
  Object.fromEntries(values.map((value, j) => [name(j), value]));
