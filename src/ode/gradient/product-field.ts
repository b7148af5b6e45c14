import {
  type Graph,
  type InputSpec,
  inline,
  type NamedNodes,
  type Node,
  type Operand,
  trace,
} from "../../graph/index.js";
import type { DType } from "../../tensor/index.js";
import { partName } from "../compiled/state-layout.js";
import { type CompiledTolerance, errorRatio } from "../compiled/trial-graph.js";
import type { VectorField } from "../methods/algebra.js";
import { graphAlgebraWithin } from "../methods/graph-algebra.js";
import { embeddedStep, rungeKuttaStep } from "../methods/runge-kutta.js";
import { type AdaptiveTableau, type ButcherTableau, withoutErrorControl } from "../methods/tableau.js";
import { mapParts, type Product, productAlgebra } from "./product-algebra.js";

/** A vector field over states of several tensors, as a graph: coupled equations whose shapes differ. */
export interface ProductField {
  /** Types of the parts, by name. */
  readonly parts: Product<InputSpec>;
  /** From /s, the parts of /z and the controls to the parts of k. Parts that no derivative depends on may be missing. */
  readonly graph: Graph;
  /** Types of further inputs, constant along a solve, by name. */
  readonly controls: Readonly<Record<string, InputSpec>>;
  /** Type of the parts, and of s. */
  readonly dtype: DType;
}

/**
 * One attempt, as `trialGraph` makes it: y1, last, ratio.
 * @param tolerances of the parts that error control sees, by name.
 */
export function productTrial(
  field: ProductField,
  tableau: AdaptiveTableau,
  tolerances: Product<CompiledTolerance>,
): Graph {
  return trace(specsOf(field, ["/z", "/k0"]), (inputs) => {
    const { f, algebra, s, dt, y } = stepOf(field, inputs);
    const k0 = productOf(field, "/k0", inputs);
    const { y1, stages, error } = embeddedStep<NamedNodes, Operand>(tableau, f, algebra, { s, dt, y, k0 });
    const tried = mapParts(y, (part, name) => ({
      y: part,
      y1: y1[name] as Node,
      error: error[name] as Node,
      tolerance: tolerances[name],
    }));
    const last = stages.at(-1) as NamedNodes;
    return { ...named("y1", y1), ...named("last", last), ratio: errorRatio(Object.values(tried)) };
  });
}

/** One step without error estimate: y1. */
export function productStep(field: ProductField, tableau: ButcherTableau): Graph {
  return trace(specsOf(field, ["/z"]), (inputs) => {
    const { f, algebra, s, dt, y } = stepOf(field, inputs);
    const method = withoutErrorControl(tableau);
    return named("y1", rungeKuttaStep<NamedNodes, Operand>(method, f, algebra, { s, dt, y }).y1);
  });
}

/** The inputs of a program over one step. */
function specsOf(
  { parts, controls, dtype }: ProductField,
  roles: readonly string[],
): Record<string, InputSpec> {
  const numbers = ["/s", "/dt", "/low", "/high"].map((name) => [name, { shape: [], dtype }] as const);
  const states = roles.flatMap((role) =>
    Object.entries(parts).map(([part, type]) => [partName(role, part), type] as const),
  );
  return { ...controls, ...Object.fromEntries([...numbers, ...states]) };
}

/** What the Runge–Kutta interpreter works on, from the inputs of such a program. */
function stepOf(field: ProductField, inputs: NamedNodes) {
  const node = (name: string): Node => inputs[name] as Node;
  const f: VectorField<NamedNodes, Operand> = (s, y) => {
    const derivatives = inline(field.graph, { ...inputs, "/s": s as Node, ...named("/z", y) });
    return mapParts(field.parts, (_, name) => derivatives[partName("k", name)] as Node);
  };
  const algebra = productAlgebra(graphAlgebraWithin({ low: node("/low"), high: node("/high") }));
  return { f, algebra, s: node("/s"), dt: node("/dt"), y: productOf(field, "/z", inputs) };
}

function productOf({ parts }: ProductField, role: string, inputs: NamedNodes): NamedNodes {
  return mapParts(parts, (_, name) => inputs[partName(role, name)] as Node);
}

function named(role: string, product: NamedNodes): NamedNodes {
  return Object.fromEntries(Object.entries(product).map(([name, node]) => [partName(role, name), node]));
}
