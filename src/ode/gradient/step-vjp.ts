import { add, type Graph, type InputSpec, type Node, trace, vjp } from "../../graph/index.js";
import type { TensorType } from "../../graph/internal.js";
import type { CompileOptions, NamedTensors, Program } from "../../runtime/index.js";
import { compileForThreads } from "../../runtime/internal.js";
import { cast, type DType, isFloat, type Tensor, zeros } from "../../tensor/index.js";
import { STATE_INPUT, type StepPlace, stepFeeds, stepSite, stepSpecs } from "../compiled/compiled-steps.js";
import { type Field, stateType } from "../field/field.js";
import type { StepScheme } from "../methods/scheme.js";

/** A cotangent on its way back through a solve. */
export interface Pullback {
  /** Cotangent of the state, [batch, …]. */
  readonly z: Tensor;
  /** What has been collected for the initial state (which a step may see) and for every float control, by name. */
  readonly sums: NamedTensors;
}

/** The same product once for every thread that is to go back with rows of its own. */
export interface StepVjps {
  readonly programs: readonly StepVjp[];
  /** Fewer rows are not worth a thread. */
  readonly leastRows: number;
}

/** The vector–Jacobian product of one step, as a program: one run takes a cotangent from s + dt back to s. */
export interface StepVjp {
  /** Nothing collected yet. */
  start(z1: Tensor, controls: NamedTensors): Pullback;
  /** @param cotangent taken: a worker thread may keep its buffers. */
  run(
    at: StepPlace & { readonly z: Tensor; readonly z0: Tensor },
    cotangent: Pullback,
    controls: NamedTensors,
  ): Promise<Pullback>;
  dispose(): Promise<void>;
}

/** Names of inputs and outputs of the program. */
const names = {
  cotangent: "/cotangent",
  pulledBack: "/pulled back",
  sum: (of: string): string => `/sum of ${of}`,
  total: (of: string): string => `/total of ${of}`,
};

/**
 * Compiles z1 = step(z) together with its reverse: the step is replayed, nothing of the forward solve but its state
 * is needed. dt and s count as constants. Sums over steps are kept inside the program: totals of one run are fed to the
 * next.
 * @returns one, or one for every thread where `parallel` is `"batch"`.
 */
export async function compileStepVjps(
  field: Field,
  scheme: StepScheme,
  options: CompileOptions,
): Promise<StepVjps> {
  const types = summedTypes(field);
  const graph = stepVjpGraph(field, scheme, types);
  const { programs, leastRows } = await compileForThreads(graph, { hot: true, ...options });
  const { dtype } = stateType(field);
  return { programs: programs.map((program) => stepVjpOf(program, types, dtype)), leastRows };
}

function stepVjpOf(program: Program, types: Readonly<Record<string, TensorType>>, dtype: DType): StepVjp {
  const summed = Object.entries(types);
  return {
    start: (z, controls) => ({
      z,
      sums: Object.fromEntries(
        summed.map(([name, type]) => [name, zeros((controls[name] ?? z).shape, type.dtype)]),
      ),
    }),
    run: async ({ z, z0, ...place }, cotangent, controls) => {
      const pulled = {
        [names.cotangent]: cotangent.z,
        ...Object.fromEntries(summed.map(([name]) => [names.sum(name), cotangent.sums[name] as Tensor])),
      };
      const outputs = await program.run(
        { ...stepFeeds(place, dtype), "/z": z, [STATE_INPUT]: z0, ...pulled },
        { held: controls, given: Object.values(pulled).map(({ data }) => data.buffer as ArrayBuffer) },
      );
      // The reference device answers in float64.
      const output = (name: string, type: DType): Tensor => cast(outputs[name] as Tensor, type);
      return {
        z: output(names.pulledBack, dtype),
        sums: Object.fromEntries(summed.map(([name, type]) => [name, output(names.total(name), type.dtype)])),
      };
    },
    dispose: () => program.dispose(),
  };
}

/** Whatever has a gradient beside the state: the initial state and the float controls. */
function summedTypes(field: Field): Readonly<Record<string, TensorType>> {
  const controls = field.roles.controls.flatMap((name) => {
    const type = field.graph.inputs[name];
    return type !== undefined && isFloat(type.dtype) ? [[name, type] as const] : [];
  });
  return { [STATE_INPUT]: stateType(field), ...Object.fromEntries(controls) };
}

function stepVjpGraph(field: Field, scheme: StepScheme, summed: Readonly<Record<string, TensorType>>): Graph {
  const specs: Record<string, InputSpec> = { ...stepSpecs(field), [names.cotangent]: stateType(field) };
  for (const [name, type] of Object.entries(summed)) specs[names.sum(name)] = type;
  return trace(specs, (inputs) => {
    const site = stepSite(field, inputs);
    const wanted = Object.keys(summed);
    const sources = [site.z, ...wanted.map((name) => inputs[name] as Node)];
    const [z, ...gradients] = vjp([scheme.step(site).z1], [inputs[names.cotangent] as Node], sources);
    const totals = wanted.map((name, i) => [
      names.total(name),
      add(inputs[names.sum(name)] as Node, gradients[i] as Node),
    ]);
    return { [names.pulledBack]: z as Node, ...Object.fromEntries(totals) };
  });
}
