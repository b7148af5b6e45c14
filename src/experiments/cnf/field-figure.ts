import { constant, trace } from "../../graph/index.js";
import type { Flow } from "../../models/index.js";
import { solveField, uniformMesh } from "../../ode/index.js";
import { evaluateField, stateType } from "../../ode/internal.js";
import {
  type Arrow,
  type ArrowPanel,
  type Figure,
  type TrajectorySet,
  vectorField,
} from "../../plot/index.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { Random, type Tensor, tensor, toFloat64 } from "../../tensor/index.js";

/** Arrows along a side, and the region in standardized coordinates, which holds base and data. */
const ARROWS = 20;
const REACH = 2.6;
const TRAJECTORIES = 30;
const CURVE_POINTS = 40;

/** The learned field at the start, in the middle and at the end of the span; trajectories to the data over it. */
export async function fieldFigure(flow: Flow, seed: number, options: CompileOptions): Promise<Figure> {
  const [t0, t1] = flow.span;
  const z = gridPoints();
  const panels: ArrowPanel[] = [];
  for (const s of [t0, (t0 + t1) / 2, t1]) {
    const arrows = arrowsOf(z, await fieldAt(flow, s, z, options));
    const last = s === t1 ? { trajectories: await paths(flow, seed, options) } : {};
    panels.push({ label: `s = ${s}`, arrows, ...last });
  }
  const range = { x: [-REACH, REACH], y: [-REACH, REACH] } as const;
  return vectorField(panels, {
    name: "field",
    title: "The learned vector field",
    range,
    caption:
      "f(s, z) in standardized coordinates; the last panel with trajectories from base (hollow) to data (filled).",
  });
}

function gridPoints(): Tensor {
  const points = new Float32Array(2 * ARROWS * ARROWS);
  const at = (i: number): number => -REACH + ((i + 0.5) * 2 * REACH) / ARROWS;
  for (let i = 0; i < ARROWS * ARROWS; i++) {
    points[2 * i] = at(i % ARROWS);
    points[2 * i + 1] = at(Math.floor(i / ARROWS));
  }
  return tensor("float32", [ARROWS * ARROWS, 2], points);
}

async function fieldAt(
  { field }: Flow,
  s: number,
  z: Tensor,
  options: CompileOptions,
): Promise<Float64Array> {
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

async function paths(
  { field, base, span }: Flow,
  seed: number,
  options: CompileOptions,
): Promise<TrajectorySet> {
  const z0 = base.sample(TRAJECTORIES, 2, new Random(seed).fork("trajectories"));
  const times = uniformMesh(span, CURVE_POINTS);
  const { states } = await solveField(field, z0, { ...options, times, method: "dopri5@1e-5" });
  const values = new Float64Array(times.length * TRAJECTORIES * 2).fill(Number.NaN);
  for (const [i, state] of states.entries()) values.set(toFloat64(state), i * TRAJECTORIES * 2);
  return {
    label: "dopri5",
    role: "reference",
    states: values,
    shape: [times.length, TRAJECTORIES, 2],
    times,
  };
}
