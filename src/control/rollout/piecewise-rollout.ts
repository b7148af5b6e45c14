import { type CompileOptions, compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { cast, fromNumbers, scalar, type Tensor, toFloat64, zeros } from "../../tensor/index.js";
import type { ResolvedProblem } from "../problem/resolve-problem.js";
import type { IntervalMethod } from "./interval-method.js";
import { backwardGraph, forwardGraph, pieceLength, terminalGraph } from "./piece-graphs.js";

/** Where a rollout starts, checked and in the type of the field. */
export interface RolloutStart {
  /** [batch, n] */
  readonly z0: Tensor;
  /** [batch, intervals, m] */
  readonly controls: Tensor;
  readonly start: number;
}

/** A rollout that was run, with what its way back needs. */
export interface ForwardRollout {
  readonly site: RolloutStart;
  /** States at the ends of the intervals of every piece, [batch, length, n]. */
  readonly pieces: readonly Tensor[];
  /** Σ Δ ℓ + φ of every sample. */
  readonly cost: Float64Array;
  /** The same with what violations add. */
  readonly objective: Float64Array;
  /** The largest max(h, 0) of every sample. */
  readonly violation: Float64Array;
  /** ∂φ/∂z at the end of the horizon, [batch, n]. */
  readonly adjoint: Tensor;
}

/** A horizon in pieces of equally many intervals, each a run of the same programs: of any length, compiled in seconds. */
export interface PiecewiseRollout {
  forward(site: RolloutStart): Promise<ForwardRollout>;
  dispose(): Promise<void>;
}

/** One that also goes back. */
export interface DifferentiableRollout extends PiecewiseRollout {
  /** Derivatives of Σ objective, [batch, n] and [batch, intervals, m]. */
  backward(rollout: ForwardRollout): Promise<{ readonly z0: Tensor; readonly controls: Tensor }>;
}

/** Compiles the way forward. @param length of a piece, in intervals: a divisor of those of the horizon. */
export async function compilePieces(
  problem: ResolvedProblem,
  solved: IntervalMethod,
  options: CompileOptions,
  length: number = pieceLength(problem, solved),
): Promise<PiecewiseRollout> {
  const hot = { hot: true, ...options };
  const forward = await compile(forwardGraph(problem, solved, length), hot);
  const end = terminalGraph(problem);
  const terminal = end && (await compile(end, hot));
  return {
    forward: (site) => runForward({ forward, terminal }, problem, length, site),
    dispose: async () => {
      await forward.dispose();
      await terminal?.dispose();
    },
  };
}

/** Compiles the way forward and the way back, which takes every piece once more. */
export async function compileDifferentiablePieces(
  problem: ResolvedProblem,
  solved: IntervalMethod,
  options: CompileOptions,
  length: number = pieceLength(problem, solved),
): Promise<DifferentiableRollout> {
  const there = await compilePieces(problem, solved, options, length);
  const back = await compile(backwardGraph(problem, solved, length), { hot: true, ...options });
  return {
    forward: there.forward,
    backward: (rollout) => runBackward(back, problem, length, rollout),
    dispose: async () => {
      await there.dispose();
      await back.dispose();
    },
  };
}

interface ForwardPrograms {
  readonly forward: Program;
  readonly terminal: Program | undefined;
}

async function runForward(
  { forward, terminal }: ForwardPrograms,
  problem: ResolvedProblem,
  length: number,
  site: RolloutStart,
): Promise<ForwardRollout> {
  const { interval, intervals, dtype } = problem;
  const samples = site.z0.shape[0] ?? 0;
  const sums = {
    cost: new Float64Array(samples),
    objective: new Float64Array(samples),
    violation: new Float64Array(samples),
  };
  const pieces: Tensor[] = [];
  let z = site.z0;
  for (let first = 0; first < intervals; first += length) {
    const outputs = await forward.run(pieceFeeds(problem, length, site, z, first));
    const states = cast(outputs.states as Tensor, dtype);
    pieces.push(states);
    z = lastOf(states);
    addPiece(sums, outputs);
  }
  const start = scalar(site.start + intervals * interval, dtype);
  const { cost, adjoint = zeros(z.shape, dtype) } = (await terminal?.run({ z, start })) ?? {};
  if (cost !== undefined) for (const sum of [sums.cost, sums.objective]) addTo(sum, toFloat64(cost));
  return { site, pieces, adjoint: cast(adjoint, dtype), ...sums };
}

function addPiece(
  { cost, objective, violation }: Pick<ForwardRollout, "cost" | "objective" | "violation">,
  outputs: NamedTensors,
): void {
  const [stage, paid, largest] = ["cost", "paid", "violation"].map((name) =>
    toFloat64(outputs[name] as Tensor),
  ) as [Float64Array, Float64Array, Float64Array];
  addTo(cost, stage);
  addTo(objective, stage);
  addTo(objective, paid);
  largest.forEach((value, i) => {
    violation[i] = Math.max(violation[i] ?? 0, value);
  });
}

function addTo(total: Float64Array, more: Float64Array): void {
  more.forEach((value, i) => {
    total[i] = (total[i] ?? 0) + value;
  });
}

async function runBackward(
  back: Program,
  problem: ResolvedProblem,
  length: number,
  { site, pieces, adjoint: last }: ForwardRollout,
): Promise<{ z0: Tensor; controls: Tensor }> {
  const { intervals, controlSize, dtype } = problem;
  const samples = site.z0.shape[0] ?? 0;
  const controls = zeros([samples, intervals, controlSize], dtype);
  let adjoint = last;
  for (let first = intervals - length; first >= 0; first -= length) {
    const before = pieces[first / length - 1];
    const z = before === undefined ? site.z0 : lastOf(before);
    const outputs = await back.run({ ...pieceFeeds(problem, length, site, z, first), adjoint });
    adjoint = cast(outputs.ofState as Tensor, dtype);
    const width = length * controlSize;
    const own = toFloat64(outputs.ofControls as Tensor);
    const target = controls.data as Float32Array | Float64Array;
    for (let row = 0; row < samples; row++)
      target.set(own.subarray(row * width, (row + 1) * width), (row * intervals + first) * controlSize);
  }
  return { z0: adjoint, controls };
}

/** The inputs of the piece that begins with an interval. */
function pieceFeeds(
  { interval, intervals, controlSize, dtype }: ResolvedProblem,
  length: number,
  { controls, start, z0 }: RolloutStart,
  z: Tensor,
  first: number,
): NamedTensors {
  const samples = z0.shape[0] ?? 0;
  const place = scalar(start + first * interval, dtype);
  if (length === intervals) return { z, controls, start: place };
  const width = length * controlSize;
  const values = toFloat64(controls);
  const own = new Float64Array(samples * width);
  for (let row = 0; row < samples; row++) {
    const from = (row * intervals + first) * controlSize;
    own.set(values.subarray(from, from + width), row * width);
  }
  return { z, controls: fromNumbers(own, [samples, length, controlSize], dtype), start: place };
}

/** The states at the end of a piece, [batch, n]. */
function lastOf(states: Tensor): Tensor {
  const [samples = 0, length = 1, size = 1] = states.shape;
  const values = toFloat64(states);
  const last = new Float64Array(samples * size);
  for (let row = 0; row < samples; row++) {
    const from = (row * length + length - 1) * size;
    last.set(values.subarray(from, from + size), row * size);
  }
  return fromNumbers(last, [samples, size], states.dtype);
}
