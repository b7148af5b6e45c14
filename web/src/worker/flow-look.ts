import { restoredPoints, type Standardization, standardized } from "../../../src/data/index.js";
import { bind } from "../../../src/graph/index.js";
import { type Flow, flowField } from "../../../src/models/index.js";
import { compileSolve, type Field, fixed, orThrow, rk4, type Span } from "../../../src/ode/index.js";
import { compile, type NamedTensors, type RunContext } from "../../../src/runtime/index.js";
import { machineOf } from "../../../src/runtime/internal.js";
import { Random, type Tensor, tensor, toFloat64, zeros } from "../../../src/tensor/index.js";

/** A flow as it is drawn: particles on their way, and the field around them. */
export interface FlowLook {
  /** Positions of all particles at each moment, pair by pair, in units of the data. */
  readonly frames: readonly Float32Array[];
  /** Places where the field is shown, pair by pair. */
  readonly places: Float32Array;
  /** Velocities there at each moment, in units of the data over the whole span. */
  readonly arrows: readonly Float32Array[];
  /** Half the side of the square that is shown, around its center. */
  readonly view: { readonly x: number; readonly y: number; readonly half: number };
}

const PARTICLES = 700;
const MOMENTS = 25;
const SIDE = 15;
/** Standard deviations from the center to the edge of what is shown. */
const REACH = 2.6;

/** A flow, or one in training as its values. */
type Shown =
  | Pick<Flow, "field" | "span" | "standardization">
  | {
      readonly values: NamedTensors;
      readonly network: { readonly hidden: readonly number[] };
      readonly span: Span;
      readonly standardization: Standardization;
    };

/** Carries particles from the base to the data, and looks at the field on a lattice. */
export async function lookOf(shown: Shown, context: RunContext): Promise<FlowLook> {
  const { span, standardization } = shown;
  const field =
    "field" in shown
      ? shown.field
      : { ...flowField({ ...shown.network, dimension: 2 }, new Random(0)), parameters: shown.values };
  const [t0, t1] = span;
  const times = Array.from({ length: MOMENTS }, (_, i) => t0 + ((t1 - t0) * i) / (MOMENTS - 1));
  const random = new Random(11);
  const z0 = tensor(
    "float32",
    [PARTICLES, 2],
    Float32Array.from({ length: 2 * PARTICLES }, () => random.normal()),
  );
  const method = fixed(rk4, { steps: 1 });
  const solve = await compileSolve(field, { ...machineOf(context), oneShot: true, times, method });
  const { states } = orThrow(await solve.run(z0));
  await solve.dispose();
  const frames = states.map((state) => Float32Array.from(toFloat64(restoredPoints(state, standardization))));
  const [sx = 1, sy = 1] = standardization.scale;
  const [x = 0, y = 0] = standardization.shift;
  const view = { x, y, half: REACH * Math.max(sx, sy) };
  const places = lattice(view);
  const arrows = await fieldAt(field, places, times, standardization, context);
  return { frames, places, arrows, view };
}

function lattice({ x, y, half }: FlowLook["view"]): Float32Array {
  const places = new Float32Array(2 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    places[2 * i] = x + half * (-1 + (2 * ((i % SIDE) + 0.5)) / SIDE);
    places[2 * i + 1] = y + half * (-1 + (2 * (Math.floor(i / SIDE) + 0.5)) / SIDE);
  }
  return places;
}

/** f at every place and moment, in units of the data. */
async function fieldAt(
  { graph, roles, parameters }: Field,
  places: Float32Array,
  times: readonly number[],
  standardization: Standardization,
  context: RunContext,
): Promise<Float32Array[]> {
  const count = places.length / 2;
  const program = await compile(bind(graph, parameters), { ...machineOf(context), oneShot: true });
  const z = standardized(tensor("float32", [count, 2], places), standardization);
  const { depth } = roles;
  const shape = depth === undefined ? [] : (graph.inputs[depth]?.shape ?? []);
  const sizes = shape.map((extent) => (extent === "batch" ? count : Number(extent)));
  const [sx = 1, sy = 1] = standardization.scale;
  const arrows: Float32Array[] = [];
  for (const time of times) {
    const s: Tensor = zeros(sizes, "float32");
    s.data.fill(time as never);
    const feeds = depth === undefined ? { [roles.state]: z } : { [roles.state]: z, [depth]: s };
    const result = await program.run(feeds);
    const values = toFloat64(result[roles.output] as Tensor);
    arrows.push(Float32Array.from(values, (value, i) => value * (i % 2 === 0 ? sx : sy)));
  }
  await program.dispose();
  return arrows;
}
