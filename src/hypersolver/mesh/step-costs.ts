import { type Graph, type InputSpec, mean, type Node, norm, reshape, sub, trace } from "../../graph/index.js";
import { euler, type Field, type FixedMethod, fixed, type Span } from "../../ode/index.js";
import {
  controlNodes,
  controlSpecs,
  graphAlgebraWithin,
  repeatsStep,
  type StepScheme,
  stateType,
} from "../../ode/internal.js";
import { compile, type RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { cast, fail, item, scalar, sizeOf, type Tensor } from "../../tensor/index.js";
import { castFloats } from "../../tensor/internal.js";
import type { StepCost } from "./shortest-mesh.js";

/** Reference states at the points of a fine mesh, the first point first. */
export interface FineTrajectories {
  readonly points: readonly number[];
  /** One tensor [n, …] a point. */
  readonly states: readonly Tensor[];
  readonly controls: Readonly<Record<string, Tensor>>;
}

/**
 * The error of one step between any two points of reference trajectories: the mean Euclidean distance between where the
 * method gets and where the reference is. For methods that need more of the past than a state, such as multistep ones, it is
 * the error of a step of Euler's method, as in GITS.
 * @throws INTERRUPTED at a stop.
 */
export async function stepCosts(
  field: Field,
  method: FixedMethod,
  { points, states, controls }: FineTrajectories,
  context: RunContext,
): Promise<StepCost> {
  const { dtype } = stateType(field);
  const span: Span = [points[0] ?? 0, points.at(-1) ?? 0];
  const typed = states.map((state) => cast(state, dtype));
  const given = Object.fromEntries(
    Object.entries(controls).map(([name, value]) => [name, castFloats(value, dtype)]),
  );
  const program = await compile(stepErrorGraph(field, stepOf(field, method), span), {
    hot: true,
    ...machineOf(context),
  });
  const costs: number[][] = [];
  try {
    for (const [from, s] of points.entries()) {
      const row: number[] = [];
      for (const [to, end] of points.entries()) {
        if (to <= from) continue;
        if (context.signal?.aborted === true)
          throw fail("INTERRUPTED", { what: "mesh", received: "a stop before steps were compared" });
        const outputs = await program.run({
          ...given,
          "/s": scalar(s, dtype),
          "/dt": scalar(end - s, dtype),
          "/z0": typed[0] as Tensor,
          "/z": typed[from] as Tensor,
          "/z1": typed[to] as Tensor,
        });
        const error = item(outputs.error as Tensor);
        row[to] = Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
      }
      costs.push(row);
    }
  } finally {
    await program.dispose();
  }
  return (from, to) => costs[from]?.[to] ?? Number.POSITIVE_INFINITY;
}

/** A step that depends on nothing before it. */
function stepOf(field: Field, method: FixedMethod): StepScheme {
  const scheme = method.scheme(field);
  return repeatsStep(scheme) ? scheme : fixed(euler, { steps: 1 }).scheme(field);
}

function stepErrorGraph(field: Field, scheme: StepScheme, [t0, t1]: Span): Graph {
  const { shape, dtype } = stateType(field);
  const [state, number]: [InputSpec, InputSpec] = [
    { shape, dtype },
    { shape: [], dtype },
  ];
  const own: Readonly<Record<string, InputSpec>> = {
    "/z": state,
    "/z1": state,
    "/z0": state,
    "/s": number,
    "/dt": number,
  };
  return trace({ ...controlSpecs(field), ...own }, (inputs) => {
    const node = (name: string): Node => inputs[name] as Node;
    const { z1 } = scheme.step({
      s: node("/s"),
      dt: node("/dt"),
      z: node("/z"),
      z0: node("/z0"),
      controls: controlNodes(field, inputs),
      algebra: graphAlgebraWithin({ low: Math.min(t0, t1), high: Math.max(t0, t1) }),
    });
    const off = sub(z1, node("/z1"));
    const [rows = 1, ...rest] = off.shape;
    return { error: mean(norm(reshape(off, [rows, sizeOf(rest.map(Number))]))) };
  });
}
