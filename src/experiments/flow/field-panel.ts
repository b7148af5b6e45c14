import { constant, trace } from "../../graph/index.js";
import { type Field, type Span, solveField, uniformMesh } from "../../ode/index.js";
import { evaluateField, stateType } from "../../ode/internal.js";
import type { Arrow, ArrowPanel, TrajectorySet } from "../../plot/index.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { type Tensor, tensor, toFloat64 } from "../../tensor/index.js";

/** Arrows along a side, and points of a drawn trajectory. */
const ARROWS = 20;
const CURVE_POINTS = 40;

/** What a panel shows of a planar field. */
export interface FieldPanelOptions {
  readonly label: string;
  /** Depth of the arrows. */
  readonly s: number;
  /** Half the side of the square of arrows. */
  readonly reach: number;
  /** Where trajectories over the whole span begin, by dopri5 at 1e-5; absent: none are drawn. */
  readonly z0?: Tensor | undefined;
  readonly span: Span;
}

/** A planar field as arrows on a grid around the origin, with trajectories over them. */
export async function fieldPanel(
  field: Field,
  { label, s, reach, z0, span }: FieldPanelOptions,
  options: CompileOptions,
): Promise<ArrowPanel> {
  const z = gridPoints(reach);
  const arrows = arrowsOf(z, await fieldAt(field, s, z, options));
  return z0 === undefined
    ? { label, arrows }
    : { label, arrows, trajectories: await paths(field, span, z0, options) };
}

function gridPoints(reach: number): Tensor {
  const points = new Float32Array(2 * ARROWS * ARROWS);
  const at = (i: number): number => -reach + ((i + 0.5) * 2 * reach) / ARROWS;
  for (let i = 0; i < ARROWS * ARROWS; i++) {
    points[2 * i] = at(i % ARROWS);
    points[2 * i + 1] = at(Math.floor(i / ARROWS));
  }
  return tensor("float32", [ARROWS * ARROWS, 2], points);
}

async function fieldAt(field: Field, s: number, z: Tensor, options: CompileOptions): Promise<Float64Array> {
  const graph = trace({ z: stateType(field) }, (inputs) => ({
    dz: evaluateField(field, constant(s, stateType(field).dtype), inputs.z).dz,
  }));
  const program = await compile(graph, { ...options, oneShot: true });
  const { dz } = await program.run({ z });
  await program.dispose();
  return toFloat64(dz as Tensor);
}

function arrowsOf(z: Tensor, velocities: Float64Array): Arrow[] {
  const points = toFloat64(z);
  return Array.from({ length: ARROWS * ARROWS }, (_, i) => ({
    x: points[2 * i] ?? 0,
    y: points[2 * i + 1] ?? 0,
    u: velocities[2 * i] ?? 0,
    v: velocities[2 * i + 1] ?? 0,
  }));
}

async function paths(field: Field, span: Span, z0: Tensor, options: CompileOptions): Promise<TrajectorySet> {
  const count = z0.shape[0] ?? 0;
  const times = uniformMesh(span, CURVE_POINTS);
  const { states } = await solveField(field, z0, { ...options, times, method: "dopri5@1e-5" });
  const values = new Float64Array(times.length * count * 2).fill(Number.NaN);
  for (const [i, state] of states.entries()) values.set(toFloat64(state), i * count * 2);
  return { label: "dopri5", role: "reference", states: values, shape: [times.length, count, 2], times };
}
