import { z } from "zod/mini";
import {
  encodeOnnx,
  type Graph,
  type InputSpec,
  type NamedNodes,
  type Node,
  trace,
} from "../../graph/index.js";
import { encodeLoop, type LoopGraph } from "../../graph/internal.js";
import { compileSolve, type Field, type FixedMethod, orThrow, type Span } from "../../ode/index.js";
import { controlSpecs, isLong, loopedSolve, planMesh, stateType, stepsOf } from "../../ode/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { programOf } from "../../runtime/internal.js";
import { cast, fail, fromNumbers, sizeOf, type Tensor, tensor, toFloat64 } from "../../tensor/index.js";
import { parseFacts } from "../../tensor/internal.js";
import { type BoundOutput, boundNode } from "../guard/bound-node.js";
import { requireCalibrated } from "../guard/require-calibrated.js";
import { scoredEnds } from "../guard/scored-solve.js";
import { scoringOf } from "../guard/solve-calibration.js";
import type { Samples } from "../states/states.js";
import { SOLVER_KEY, solverFacts } from "./solver-facts.js";

/** Key of the golden vectors in an exported solver's metadata. */
export const GOLDEN_KEY = "hypersolvers.golden";

/** A few inputs and what the solver made of them where it was exported: a self-test for where it is loaded. */
interface GoldenVectors {
  readonly inputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
  >;
  readonly z1: { readonly shape: readonly number[]; readonly data: readonly number[] };
  /** Largest absolute difference that another float32 runtime may show, relative to the largest |z1|. */
  readonly tolerance: number;
}

/** Samples in the golden vectors, and numbers after which no further sample is taken: they are stored as text. */
const GOLDEN_SAMPLES = 4;
const GOLDEN_NUMBERS = 16_384;
/** Rounding of float32 kernels, amplified by a solve. */
const GOLDEN_TOLERANCE = 1e-4;

/** What a solver calls its own. */
const OWN_NAMES = ["z0", "z1", "error_bound"];

/**
 * The whole solve as one function of the initial state: f, g and all steps one after another.
 * Inputs `z0` and the controls, output `z1`; with bounds also `error_bound`, [batch]; any batch size.
 * @throws INVALID_ARGUMENT when a control is itself called as one of these; CARD_MISMATCH for bounds of something else.
 */
export function solverGraph(field: Field, method: FixedMethod, span: Span, bound?: BoundOutput): Graph {
  const { shape, dtype } = stateType(field);
  const controls = controlSpecs(field);
  requireFreeNames(field);
  const specs: Record<string, InputSpec> = { z0: { shape, dtype }, ...controls };
  const { mesh } = planMesh(method.grid, { span });
  if (bound !== undefined) requireCalibrated(bound.calibration, field, method, span);
  return trace(specs, (inputs): NamedNodes => {
    const z0 = inputs.z0 as Node;
    const given: NamedNodes = Object.fromEntries(
      Object.keys(controls).map((name) => [name, inputs[name] as Node]),
    );
    if (bound !== undefined) {
      const scored = scoredEnds(field, method, span, scoringOf(bound.calibration), { z0, controls: given });
      return { z1: scored.end, error_bound: boundNode(scored, bound) };
    }
    const records = method.scheme(field).solve({ steps: stepsOf(mesh), z0, controls: given });
    return { z1: records.at(-1)?.z1 ?? z0 };
  });
}

/**
 * The same solve as a loop over its steps, one of which is in the program.
 * @returns undefined where steps differ in more than numbers: see `loopedSolve`.
 * @throws INVALID_ARGUMENT when a control is called like something of the solver's own.
 */
export function solverLoop(field: Field, method: FixedMethod, span: Span): LoopGraph | undefined {
  requireFreeNames(field);
  const { mesh } = planMesh(method.grid, { span });
  return loopedSolve(field, method, mesh, { z0: "z0", z1: "z1" });
}

function requireFreeNames(field: Field): void {
  const taken = Object.keys(controlSpecs(field)).find((name) => OWN_NAMES.includes(name));
  if (taken === undefined) return;
  throw fail("INVALID_ARGUMENT", {
    what: "export",
    expected: `controls not called ${OWN_NAMES.join(" or ")}`,
    received: taken,
  });
}

/** What a solver file has besides, or has not. */
export interface SolverFileOptions {
  /** Adds the output `error_bound`, [batch]. */
  readonly bound?: BoundOutput | undefined;
  /** All steps one after another however many there are, for runtimes without Loop. Default false. */
  readonly unrolled?: boolean | undefined;
}

/**
 * Serializes a solver with golden vectors computed here, and checks the file by running it. Solves of more than 128
 * evaluations, or 2048 operators, become a loop over one step, where steps differ in numbers alone and there are no bounds:
 * the file stays as small as that of one step, and loads as fast.
 * @param metadata further texts to store with the model.
 * @param samples at least one initial state (with controls) of the kind that the solver is for.
 * @throws RUNTIME_FAILURE when the file does not reproduce its own golden vectors; NON_FINITE when they are not finite.
 */
export async function encodeSolver(
  field: Field,
  method: FixedMethod,
  span: Span,
  samples: Samples,
  metadata: Readonly<Record<string, string>> = {},
  { bound, unrolled = false }: SolverFileOptions = {},
): Promise<Uint8Array> {
  const { nfe } = method.scheme(field).cost(planMesh(method.grid, { span }).mesh.length - 1);
  const loops = !unrolled && bound === undefined && isLong(field, nfe);
  const loop = loops ? solverLoop(field, method, span) : undefined;
  // Both have the inputs of the solver.
  const graph = loop?.start ?? solverGraph(field, method, span, bound);
  const wanted = Math.max(1, Math.floor(GOLDEN_NUMBERS / sizeOf(samples.z0.shape.slice(1))));
  const few = (name: string, value: Tensor): Tensor => {
    const { dtype, shape } = graph.inputs[name] ?? value;
    // A control may be one for all samples.
    return cast(shape[0] === "batch" ? firstRows(value, Math.min(GOLDEN_SAMPLES, wanted)) : value, dtype);
  };
  const inputs = {
    z0: few("z0", samples.z0),
    ...Object.fromEntries(Object.entries(samples.controls).map(([name, value]) => [name, few(name, value)])),
  };
  const z1 = await goldenEnd(field, method, span, inputs);
  const golden: GoldenVectors = {
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, plain(value)])),
    z1: plain(z1),
    tolerance: GOLDEN_TOLERANCE,
  };
  const facts = solverFacts(method, span);
  const texts = {
    metadata: { ...metadata, [SOLVER_KEY]: JSON.stringify(facts), [GOLDEN_KEY]: JSON.stringify(golden) },
  };
  const bytes = loop === undefined ? encodeOnnx(graph, texts) : encodeLoop(loop, texts);
  await selfTest(bytes, graph, golden, "solver.onnx");
  return bytes;
}

/**
 * Where the solver ends, by another program than that of its file: of one step, where there are many, which also loads in a
 * fraction of the time.
 */
async function goldenEnd(
  field: Field,
  method: FixedMethod,
  span: Span,
  { z0, ...controls }: { readonly z0: Tensor } & NamedTensors,
): Promise<Tensor> {
  const solve = await compileSolve(field, { method, span, oneShot: true });
  try {
    const { states } = orThrow(await solve.run(z0, controls), "golden vectors of the solver");
    return states.at(-1) as Tensor;
  } finally {
    await solve.dispose();
  }
}

/**
 * Runs a solver file on its golden vectors.
 * @param graph of the same inputs.
 * @throws RUNTIME_FAILURE when the numbers differ by more than the stated tolerance.
 */
export async function selfTest(
  bytes: Uint8Array,
  graph: Graph,
  golden: GoldenVectors,
  what: string,
): Promise<void> {
  const program = await programOf(graph, bytes, { oneShot: true });
  const feeds = Object.fromEntries(
    Object.entries(golden.inputs).map(([name, { shape, data }]) => [
      name,
      fromNumbers(data, shape, graph.inputs[name]?.dtype ?? "float32"),
    ]),
  );
  const { z1 } = await program.run(feeds);
  await program.dispose();
  const actual = z1 === undefined ? [] : toFloat64(z1);
  const scale = largest(golden.z1.data) || 1;
  const difference = largest(golden.z1.data.map((value, i) => value - (actual[i] ?? Number.NaN)));
  if (difference <= golden.tolerance * scale) return;
  throw fail("RUNTIME_FAILURE", {
    what: `${what}: self-test`,
    expected: `its golden vectors within ${golden.tolerance * scale}`,
    received: `a difference of ${difference}`,
    help: "this runtime computes something else: try another device",
  });
}

/** Largest magnitude; NaN where any is. */
const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const array = z.object({ shape: z.array(z.number()), data: z.array(z.number()) });
const goldenSchema: z.core.$ZodType<GoldenVectors> = z.object({
  inputs: z.record(z.string(), array),
  z1: array,
  tolerance: z.number(),
});

/**
 * Reads golden vectors from a model's metadata; undefined when it has none.
 * @throws MALFORMED_FILE when they are damaged.
 */
export function goldenVectorsOf(
  metadata: Readonly<Record<string, string>>,
  what: string,
): GoldenVectors | undefined {
  const text = metadata[GOLDEN_KEY];
  return text === undefined
    ? undefined
    : parseFacts(goldenSchema, text, { what, expected: "golden vectors" });
}

/** As text; nine digits give back every float32. */
function plain(value: Tensor): { shape: readonly number[]; data: number[] } {
  const numbers = [...toFloat64(value)];
  const data = value.dtype === "float32" ? numbers.map((x) => Number(x.toPrecision(9))) : numbers;
  return { shape: value.shape, data };
}

function firstRows(value: Tensor, count: number): Tensor {
  const rows = Math.min(count, value.shape[0] ?? 0);
  const width = value.data.length / Math.max(1, value.shape[0] ?? 1);
  return tensor(
    value.dtype,
    [rows, ...value.shape.slice(1)],
    value.data.slice(0, rows * width) as typeof value.data,
  );
}
