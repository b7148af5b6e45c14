import { type Graph, type InputSpec, type NamedNodes, type Node, trace } from "../../graph/index.js";
import {
  type CompileOptions,
  compile,
  type Join,
  type NamedTensors,
  type Program,
} from "../../runtime/index.js";
import { cast, type DType, scalar, type Tensor } from "../../tensor/index.js";
import { controlSpecs, type Field, stateType } from "../field/field.js";
import { graphAlgebraWithin } from "../methods/graph-algebra.js";
import type { StepSite } from "../methods/scheme.js";
import type { StepRule } from "../methods/step-rule.js";
import { type Span, stepsOf } from "../problem/mesh.js";

/** The state at the start of the solve. The slash keeps it apart from controls. */
export const STATE_INPUT = "/z0";

function specsOf(field: Field): Record<string, InputSpec> {
  const { shape, dtype } = stateType(field);
  return { [STATE_INPUT]: { shape, dtype }, ...controlSpecs(field) };
}

/** States are samples side by side: each output is their rows. */
export const rowsOf = (graph: Graph): Record<string, Join> =>
  Object.fromEntries(Object.keys(graph.outputs).map((name) => [name, "rows"]));

/** The nodes of the field's controls among the inputs of a program. */
export function controlsOf(field: Field, inputs: NamedNodes): NamedNodes {
  return Object.fromEntries(field.roles.controls.map((name) => [name, inputs[name] as Node]));
}

/**
 * A whole fixed-step solve as one graph: input z0 (and controls), one output a wanted mesh point.
 * @param mesh all mesh points, the start first.
 * @param wanted names of outputs by index of their mesh point.
 */
export function unrolledSolve(
  field: Field,
  rule: StepRule,
  mesh: readonly number[],
  wanted: ReadonlyMap<number, string>,
): Graph {
  const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
  return trace(specsOf(field), (inputs) => {
    const controls = controlsOf(field, inputs);
    const z0 = inputs[STATE_INPUT] as Node;
    const outputs: Record<string, Node> = {};
    let z = z0;
    const keep = (index: number): void => {
      const name = wanted.get(index);
      if (name !== undefined) outputs[name] = z;
    };
    keep(0);
    stepsOf(mesh).forEach(({ s, dt }, i) => {
      z = rule.step({ s, dt, z, z0, controls, algebra });
      keep(i + 1);
    });
    return outputs;
  });
}

/** Where one step is taken. */
export interface StepPlace {
  readonly s: number;
  readonly dt: number;
  /** Where s may lie during the step. Default: anywhere. */
  readonly span?: Span | undefined;
}

/** Inputs of a program over one step. */
export function stepSpecs(field: Field): Record<string, InputSpec> {
  const { shape, dtype } = stateType(field);
  const numbers = ["/s", "/dt", "/low", "/high"].map((name) => [name, { shape: [], dtype }] as const);
  return { ...specsOf(field), ...Object.fromEntries(numbers), "/z": { shape, dtype } };
}

/** Values of the inputs of `stepSpecs` that are numbers. */
export function stepFeeds({ s, dt, span = UNBOUNDED }: StepPlace, dtype: DType): NamedTensors {
  return {
    "/s": scalar(s, dtype),
    "/dt": scalar(dt, dtype),
    "/low": scalar(Math.min(...span), dtype),
    "/high": scalar(Math.max(...span), dtype),
  };
}

const UNBOUNDED: Span = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** The site that a rule works on, from the inputs of `stepSpecs`. */
export function stepSite(field: Field, inputs: NamedNodes): StepSite {
  return {
    s: inputs["/s"] as Node,
    dt: inputs["/dt"] as Node,
    z: inputs["/z"] as Node,
    z0: inputs[STATE_INPUT] as Node,
    controls: controlsOf(field, inputs),
    algebra: graphAlgebraWithin({ low: inputs["/low"] as Node, high: inputs["/high"] as Node }),
  };
}

/** One step whose place and size are inputs: for solves too long to unroll, and to find where one breaks. */
export interface StepProgram {
  run(at: StepPlace & { readonly z: Tensor; readonly z0: Tensor }, controls: NamedTensors): Promise<Tensor>;
  dispose(): Promise<void>;
}

export async function compileStep(
  field: Field,
  rule: StepRule,
  options: CompileOptions,
): Promise<StepProgram> {
  const { dtype } = stateType(field);
  const graph = trace(stepSpecs(field), (inputs) => ({ "/z1": rule.step(stepSite(field, inputs)) }));
  const program: Program = await compile(graph, options, rowsOf(graph));
  return {
    run: async ({ z, z0, ...place }, controls) => {
      const feeds = { ...controls, ...stepFeeds(place, dtype), "/z": z, [STATE_INPUT]: z0 };
      const { "/z1": z1 } = await program.run(feeds);
      return cast(z1 as Tensor, dtype);
    },
    dispose: () => program.dispose(),
  };
}
