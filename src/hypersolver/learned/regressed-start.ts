import { type InputSpec, type Node, trace } from "../../graph/index.js";
import { type Field, type NonStationaryCoefficients, type Span, uniformMesh } from "../../ode/index.js";
import { controlNodes, controlSpecs, evaluateField } from "../../ode/internal.js";
import { compile, type RunContext } from "../../runtime/index.js";
import { isStopped, machineOf } from "../../runtime/internal.js";
import {
  cast,
  fail,
  fromNumbers,
  isBroken,
  rows,
  scalar,
  sizeOf,
  type Tensor,
  toFloat64,
  unlessItBreaks,
} from "../../tensor/index.js";
import { castFloats } from "../../tensor/internal.js";
import { mapSamples } from "../states/states.js";
import { subjectOf } from "../states/subject.js";
import type { EndPairs } from "./end-pairs.js";
import { addTo, orthogonalColumns } from "./orthogonal-columns.js";
import { floatState } from "./pair-program.js";
import { patternSearch } from "./pattern-search.js";
import { referencePath } from "./reference-path.js";

/** A start that is computed instead of named. */
export const REGRESSION = "regression";

/** Pairs that are regressed on: thousands of numbers for a few dozen unknowns. */
const REGRESSED_ON = { vectors: 1024, images: 4 };
/** Numbers of all their states together: there are 17 of each pair on the way of the reference, and one an evaluation. */
const MOST_NUMBERS = 2 ** 20;
/** Fewest numbers of states for every weight of a row. */
const NUMBERS_EACH = 8;
/** Of the pattern search, over the logarithms of the mesh's exponents. */
const STEPS = { first: 0.4, last: 0.1, most: 32 };
/** What progress calls it. */
const REGRESSING = "computing a start";

/**
 * Coefficients by linear regression, without training: the next state is the sum of the first state and all evaluations so
 * far that comes closest to the reference, by least squares over many samples, and f is evaluated there. The last row is then
 * the best for these evaluations. The times are those of a warped mesh with two exponents, chosen by a pattern search.
 * @param pairs over the span, of which some are used.
 * @returns undefined where there are too few pairs to tell, or f is not finite on any such way or on that of the reference.
 * @throws INTERRUPTED at a stop.
 */
export async function regressedStart(
  field: Field,
  { evaluations, span }: { readonly evaluations: number; readonly span: Span },
  pairs: EndPairs,
  context: RunContext,
): Promise<NonStationaryCoefficients | undefined> {
  const width = sizeOf(pairs.z0.shape.slice(1));
  const room = Math.max(REGRESSED_ON.images, Math.floor(MOST_NUMBERS / width));
  const count = Math.min(REGRESSED_ON[subjectOf(field)], room, pairs.z0.shape[0] ?? 0);
  if (count * width < NUMBERS_EACH * (evaluations + 1)) return undefined;
  const few = (value: Tensor): Tensor => rows(value, 0, count);
  const { z0, controls } = mapSamples(pairs, few);
  const site = { span, z0, controls, end: few(pairs.end) };
  const path = await unlessItBreaks(referencePath(field, span, site, context));
  if (isBroken(path)) return undefined;
  const evaluation = await compileEvaluation(field, site, context);
  try {
    const on = (exponents: readonly number[]): Promise<Regression> => {
      const [early = 0, late = 0] = exponents;
      return regressed(warpedMesh(evaluations, Math.exp(early), Math.exp(late)), evaluation, path);
    };
    let done = 0;
    const exponents = await patternSearch(
      async (point) => {
        context.onProgress?.({ stage: REGRESSING, done: done++, total: STEPS.most });
        if (isStopped(context))
          throw fail("INTERRUPTED", { what: "fit", received: "a stop while a start was being computed" });
        const { distance } = await on(point);
        return Number.isFinite(distance) ? distance : Number.POSITIVE_INFINITY;
      },
      evaluations === 1 ? [] : [0, 0],
      STEPS,
    );
    const { coefficients, distance } = await on(exponents);
    return Number.isFinite(distance) ? coefficients : undefined;
  } finally {
    await evaluation.dispose();
  }
}

/** n steps of [0, 1]: the quantiles of Kumaraswamy's distribution. Steps are small at the start where `early` is above 1, at the end where `late` is. */
function warpedMesh(steps: number, early: number, late: number): number[] {
  const point = (u: number): number => 1 - (1 - u ** early) ** late;
  return uniformMesh([0, 1], steps).map((u, i) => (i === 0 || i === steps ? u : point(u)));
}

interface Regression {
  readonly coefficients: NonStationaryCoefficients;
  /** Mean Euclidean distance from the reference at the end. */
  readonly distance: number;
}

async function regressed(
  mesh: readonly number[],
  { first, width, at }: Evaluation,
  path: (time: number) => Float64Array,
): Promise<Regression> {
  const basis = orthogonalColumns();
  const columns = [first];
  basis.add(first);
  let state = first;
  let distance = Number.NaN;
  const found: NonStationaryCoefficients["rows"][number][] = [];
  for (const [i, time] of mesh.slice(0, -1).entries()) {
    const column = await at(time, state);
    basis.add(column);
    columns.push(column);
    const target = path(mesh[i + 1] ?? 1);
    const weights = basis.weights(target);
    state = new Float64Array(first.length);
    for (const [j, each] of columns.entries()) addTo(state, each, weights[j] ?? 0);
    if (i === mesh.length - 2) distance = meanDistance(state, target, width);
    const [scale = 1, ...rest] = weights;
    found.push({ from: 0, scale, weights: rest });
  }
  return { coefficients: { times: mesh.slice(0, -1), rows: found }, distance };
}

function meanDistance(a: Float64Array, b: Float64Array, width: number): number {
  let total = 0;
  for (let row = 0; row < a.length; row += width) {
    let squares = 0;
    for (let i = row; i < row + width; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
    total += Math.sqrt(squares);
  }
  return (total * width) / a.length;
}

interface Evaluation {
  readonly first: Float64Array;
  /** Numbers of one state. */
  readonly width: number;
  /** The span's length times f, at a share of the span: the weights are factors of that. */
  at(time: number, state: Float64Array): Promise<Float64Array>;
  dispose(): Promise<void>;
}

type Site = EndPairs & { readonly span: Span };

async function compileEvaluation(
  field: Field,
  { span: [t0, t1], z0, controls }: Site,
  context: RunContext,
): Promise<Evaluation> {
  const { dtype, shape } = floatState(field);
  const own: Record<string, InputSpec> = { "/s": { shape: [], dtype }, "/z": { shape, dtype } };
  const graph = trace({ ...controlSpecs(field), ...own }, (nodes) => {
    const controls = controlNodes(field, nodes);
    return { dz: evaluateField(field, nodes["/s"] as Node, nodes["/z"] as Node, { controls }).dz };
  });
  const program = await compile(graph, { hot: true, ...machineOf(context) });
  const typed = Object.fromEntries(
    Object.entries(controls).map(([name, value]) => [name, castFloats(value, dtype)]),
  );
  return {
    first: toFloat64(cast(z0, dtype)),
    width: sizeOf(z0.shape.slice(1)),
    at: async (time, state) => {
      const z = fromNumbers(state, z0.shape, dtype);
      const { dz } = await program.run({ ...typed, "/s": scalar(t0 + time * (t1 - t0), dtype), "/z": z });
      return toFloat64(dz as Tensor).map((value) => (t1 - t0) * value);
    },
    dispose: () => program.dispose(),
  };
}
