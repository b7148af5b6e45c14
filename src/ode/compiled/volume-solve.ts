import { countMacs, type NamedNodes, type Node, trace } from "../../graph/index.js";
import { type CompileOptions, compile, type Program } from "../../runtime/index.js";
import { cast, fail, type Tensor, toFloat64 } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import { jacobianColumns } from "../field/divergence.js";
import { type Field, stateType } from "../field/field.js";
import { logDeterminant } from "../field/log-determinant.js";
import { graphAlgebraWithin } from "../methods/graph-algebra.js";
import type { FixedMethod } from "../methods/method.js";
import { repeatsStep, type Scheme, type StepScheme } from "../methods/scheme.js";
import { planMesh } from "../problem/grid.js";
import { interruption } from "../problem/interruption.js";
import { type MeshStep, type Span, spanOf, stepsOf } from "../problem/mesh.js";
import { prepared, runtimeOptions } from "./compiled-options.js";
import type { FieldStatistics } from "./compiled-solve.js";
import { rowsOf, STATE_INPUT, stepFeeds, stepSite, stepSpecs } from "./compiled-steps.js";

/** Where a solve took states, and what it did to volumes around them. */
export interface VolumeSolution {
  /** States at the end, [n, d]. */
  readonly end: Tensor;
  /** log |det ∂z1/∂z0|, one a row. */
  readonly logVolume: Float64Array;
  /** Signs of these determinants: −1 where space was turned inside out. */
  readonly signs: Float64Array;
  /** ∂z1/∂z0, [n, d, d], row by row; where it was asked for. */
  readonly jacobians?: Float64Array | undefined;
  readonly statistics: FieldStatistics;
}

/** A solve of vector states with determinants of its Jacobians, ready to run. */
export interface CompiledVolumeSolve {
  /** @throws SHAPE_MISMATCH; NON_FINITE; INTERRUPTED. */
  run(z0: Tensor): Promise<VolumeSolution>;
  dispose(): Promise<void>;
}

/** What it runs on. */
interface VolumeSolveOptions extends CompileOptions {
  /** Looked at before every program run. */
  readonly signal?: AbortSignal | undefined;
  /** Hand out the Jacobians as well. Default false. */
  readonly jacobians?: boolean | undefined;
}

/** A stretch of the solve: a program, and its inputs beside the states. */
interface Stretch {
  readonly program: Program;
  feeds(z: Tensor): Readonly<Record<string, Tensor>>;
}

/**
 * Prepares a solve in fixed steps as the map of initial states that it is, with the determinant of its Jacobian: by d
 * Jacobian–vector products, step by step where the method repeats one, else through the whole solve as one program.
 * @param field without controls; states [batch, d].
 * @throws SHAPE_MISMATCH for states that are no vectors; INVALID_ARGUMENT for a span that does not go with the grid.
 */
export async function compileVolumeSolve(
  field: Field,
  method: FixedMethod,
  span: Span,
  options: VolumeSolveOptions = {},
): Promise<CompiledVolumeSolve> {
  const { mesh } = planMesh(method.grid, { span });
  const scheme = method.scheme(field);
  const steps = stepsOf(mesh);
  const compileOptions = { hot: true, ...runtimeOptions(options) };
  const chained = repeatsStep(scheme) && scheme.readsStart !== true;
  const graph = chained ? stepGraph(field, scheme) : wholeGraph(field, scheme, steps, spanOf(mesh));
  const program = await compile(graph, compileOptions, rowsOf(graph));
  const { dtype } = stateType(field);
  const stretches = (chained ? steps : steps.slice(0, 1)).map(({ s, dt }): Stretch => {
    const place = chained ? stepFeeds({ s, dt, span: spanOf(mesh) }, dtype) : {};
    return { program, feeds: (z) => ({ ...place, [chained ? "/z" : STATE_INPUT]: z }) };
  });
  const cost = {
    ...scheme.cost(steps.length),
    macs: stretches.length * countMacs(graph, 1),
    acceptedSteps: steps.length,
    rejectedSteps: 0,
  };
  return {
    run: async (z0) => {
      const startedAt = performance.now();
      let end = prepared(field, z0);
      const logVolume = new Float64Array(end.shape[0] ?? 0);
      const signs = logVolume.map(() => 1);
      const isInterrupted = interruption(options.signal);
      let jacobians: Float64Array | undefined;
      for (const stretch of stretches) {
        if (await isInterrupted()) throw fail("INTERRUPTED", { what: "solve", received: method.text });
        const { z1, ...columns } = await stretch.program.run(stretch.feeds(end));
        end = cast(z1 as Tensor, dtype);
        const bad = firstNonFinite(end);
        if (bad >= 0)
          throw fail("NON_FINITE", {
            what: `solve by ${method.text}`,
            received: `element ${bad} of a state`,
          });
        const values = Object.values(columns).map(toFloat64);
        multiply({ logVolume, signs }, values);
        if (options.jacobians === true) jacobians = composed(values, jacobians);
      }
      return {
        end,
        logVolume,
        signs,
        jacobians,
        statistics: { ...cost, milliseconds: performance.now() - startedAt },
      };
    },
    dispose: () => program.dispose(),
  };
}

/** One step with the columns of its Jacobian. */
function stepGraph(field: Field, scheme: StepScheme): ReturnType<typeof trace> {
  const { [STATE_INPUT]: _, ...specs } = stepSpecs(field);
  return trace(specs, (inputs: NamedNodes) => {
    const z = inputs["/z"] as Node;
    return withColumns(scheme.step(stepSite(field, { ...inputs, [STATE_INPUT]: z })).z1, z);
  });
}

/** All steps with the columns of their common Jacobian. */
function wholeGraph(
  field: Field,
  scheme: Scheme,
  steps: readonly MeshStep<number>[],
  span: Span,
): ReturnType<typeof trace> {
  const algebra = graphAlgebraWithin({ low: Math.min(...span), high: Math.max(...span) });
  return trace({ [STATE_INPUT]: stateType(field) }, (inputs: NamedNodes) => {
    const z0 = inputs[STATE_INPUT] as Node;
    return withColumns(scheme.solve({ steps, z0, controls: {}, algebra }).at(-1)?.z1 ?? z0, z0);
  });
}

function withColumns(z1: Node, z0: Node): NamedNodes {
  const columns = jacobianColumns(z1, z0).map((column, j) => [`column ${j}`, column] as const);
  return { z1, ...Object.fromEntries(columns) };
}

/** Takes another Jacobian into account, given by columns, each [n, d]. */
function multiply(
  { logVolume, signs }: Pick<VolumeSolution, "logVolume" | "signs">,
  columns: readonly Float64Array[],
): void {
  const width = columns.length;
  for (let i = 0; i < logVolume.length; i++) {
    const { log, sign } = logDeterminant(columns.map((column) => column.slice(i * width, (i + 1) * width)));
    logVolume[i] = (logVolume[i] ?? 0) + log;
    signs[i] = (signs[i] ?? 1) * sign;
  }
}

/** The Jacobian of a stretch, given by columns [n, d], after that of those before it. */
function composed(columns: readonly Float64Array[], before: Float64Array | undefined): Float64Array {
  const d = columns.length;
  const own = new Float64Array(d * (columns[0]?.length ?? 0));
  for (let at = 0; at < own.length; at++) {
    const [row, j] = [Math.floor(at / d), at % d];
    own[at] = columns[j]?.[row] ?? 0;
  }
  if (before === undefined) return own;
  return own.map((_, at) => {
    const [row, j, first] = [Math.floor(at / d), at % d, Math.floor(at / (d * d)) * d * d];
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (own[row * d + k] ?? 0) * (before[first + k * d + j] ?? 0);
    return sum;
  });
}
