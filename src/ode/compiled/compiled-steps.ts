import { type Graph, type InputSpec, type NamedNodes, type Node, trace } from "../../graph/index.js";
import { type CompileOptions, compile, type NamedTensors, type Program } from "../../runtime/index.js";
import type { Join } from "../../runtime/internal.js";
import { cast, type DType, fail, scalar, type Tensor } from "../../tensor/index.js";
import { controlNodes, controlSpecs, type Field, stateType } from "../field/field.js";
import { graphAlgebraWithin } from "../methods/graph-algebra.js";
import type { Scheme, StepRecord, StepScheme, StepSite } from "../methods/scheme.js";
import { type Span, stepsOf } from "../problem/mesh.js";

/** The state at the start of the solve. The slash keeps it apart from controls. */
export const STATE_INPUT = "/z0";

/** Inputs of a whole solve: the state at its start, and controls. */
export function specsOf(field: Field): Record<string, InputSpec> {
  const { shape, dtype } = stateType(field);
  return { [STATE_INPUT]: { shape, dtype }, ...controlSpecs(field) };
}

/** States are samples side by side: each output is their rows. */
export const rowsOf = (graph: Graph): Record<string, Join> =>
  Object.fromEntries(Object.keys(graph.outputs).map((name) => [name, "rows"]));

/** What a program may yield of a step beside its state. */
type StepDetail = "correction" | "error";

/** The outputs of one record: its state under `name`, details behind a space. */
function recordOutputs(name: string, record: StepRecord, details: readonly StepDetail[]): NamedNodes {
  const outputs: Record<string, Node> = { [name]: record.z1 };
  for (const detail of details) {
    const node = record[detail];
    if (node === undefined)
      throw fail("INVALID_ARGUMENT", {
        what: detail,
        expected: detail === "error" ? "a method with an error estimate" : "a corrected method",
        received: "one that has none",
      });
    outputs[`${name} ${detail}`] = node;
  }
  return outputs;
}

/**
 * A whole fixed-step solve as one graph: input z0 (and controls), one output a wanted mesh point.
 * @param mesh all mesh points, the start first.
 * @param wanted names of outputs by index of their mesh point.
 * @param details further outputs of every wanted point but the start: `NAME correction`, `NAME error`.
 * @throws INVALID_ARGUMENT for details that the method does not know.
 */
export function unrolledSolve(
  field: Field,
  scheme: Scheme,
  mesh: readonly number[],
  wanted: ReadonlyMap<number, string>,
  details: readonly StepDetail[] = [],
): Graph {
  const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
  return trace(specsOf(field), (inputs) => {
    const controls = controlNodes(field, inputs);
    const z0 = inputs[STATE_INPUT] as Node;
    const estimate = details.includes("error");
    const records = scheme.solve({ steps: stepsOf(mesh), z0, controls, algebra, estimate });
    const first = wanted.get(0);
    const outputs = records.flatMap((record, i) => {
      const name = wanted.get(i + 1);
      return name === undefined ? [] : Object.entries(recordOutputs(name, record, details));
    });
    return Object.fromEntries([...(first === undefined ? [] : [[first, z0] as const]), ...outputs]);
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

/** The site that a step works on, from the inputs of `stepSpecs`. */
export function stepSite(field: Field, inputs: NamedNodes): StepSite {
  return {
    s: inputs["/s"] as Node,
    dt: inputs["/dt"] as Node,
    z: inputs["/z"] as Node,
    z0: inputs[STATE_INPUT] as Node,
    controls: controlNodes(field, inputs),
    algebra: graphAlgebraWithin({ low: inputs["/low"] as Node, high: inputs["/high"] as Node }),
  };
}

/**
 * One step as a graph of `stepSpecs`, to `/z1` and the details that are asked for.
 * @throws INVALID_ARGUMENT for details that the method does not know.
 */
export function stepGraph(field: Field, scheme: StepScheme, details: readonly StepDetail[] = []): Graph {
  const estimate = details.includes("error");
  return trace(stepSpecs(field), (inputs) =>
    recordOutputs("/z1", scheme.step({ ...stepSite(field, inputs), estimate }), details),
  );
}

/** What one step gave. */
interface StepValues {
  readonly z1: Tensor;
  /** The details that were asked for. */
  readonly correction?: Tensor;
  readonly error?: Tensor;
}

/** One step whose place and size are inputs: for solves too long to unroll, and to find where one breaks. */
interface StepProgram {
  run(
    at: StepPlace & { readonly z: Tensor; readonly z0: Tensor },
    controls: NamedTensors,
  ): Promise<StepValues>;
  dispose(): Promise<void>;
}

/**
 * Compiles one step.
 * @param details what the program yields beside the state.
 * @throws INVALID_ARGUMENT for details that the method does not know.
 */
export async function compileStep(
  field: Field,
  scheme: StepScheme,
  options: CompileOptions,
  details: readonly StepDetail[] = [],
): Promise<StepProgram> {
  const { dtype } = stateType(field);
  const graph = stepGraph(field, scheme, details);
  const program: Program = await compile(graph, options, rowsOf(graph));
  return {
    run: async ({ z, z0, ...place }, controls) => {
      const feeds = { ...controls, ...stepFeeds(place, dtype), "/z": z, [STATE_INPUT]: z0 };
      const outputs = await program.run(feeds);
      const output = (name: string): Tensor => cast(outputs[name] as Tensor, dtype);
      const found = details.map((detail) => [detail, output(`/z1 ${detail}`)] as const);
      return { z1: output("/z1"), ...Object.fromEntries(found) };
    },
    dispose: () => program.dispose(),
  };
}
