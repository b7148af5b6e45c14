import {
  add,
  concat,
  type Graph,
  gradient,
  type InputSpec,
  mul,
  type Node,
  reduceSum,
  reshape,
  slice,
  square,
  sum,
  trace,
} from "../../graph/index.js";
import { topological } from "../../graph/internal.js";
import { excessOf, largestOf, stageCostOf, terminalCostOf } from "../problem/costs.js";
import type { ResolvedProblem } from "../problem/resolve-problem.js";
import type { IntervalMethod } from "./interval-method.js";

/** What a piece of a rollout starts from. */
interface PieceSite {
  /** [batch, n] */
  readonly z: Node;
  /** [batch, intervals of the piece, m] */
  readonly controls: Node;
  /** s where it starts, a scalar. */
  readonly start: Node;
}

/** A piece of a rollout as nodes. */
interface PieceNodes {
  /** The states at the ends of its intervals, [batch, n] each. */
  readonly states: readonly Node[];
  /** Σ Δ ℓ, [batch]. */
  readonly cost: Node;
  /** What violations add to it, [batch]. */
  readonly paid: Node;
  /** The largest max(h, 0), [batch]. */
  readonly violation: Node;
}

/** Nodes of a piece on its way forward, about: its way back has four times as many, and the runtime loads long programs slowly. */
const PIECE_NODES = 768;

/**
 * How many control intervals a program is to hold: a divisor of those of the horizon. A run costs a third of a millisecond
 * beside its work, and a program of 2000 nodes takes seconds to load, one of 8000 a minute.
 */
export function pieceLength(problem: ResolvedProblem, solved: IntervalMethod): number {
  const { outputs } = forwardGraph(problem, solved, 1);
  const nodes = topological(Object.values(outputs)).length;
  const most = Math.max(1, Math.floor(PIECE_NODES / nodes));
  let length = Math.min(most, problem.intervals);
  while (problem.intervals % length !== 0) length--;
  return length;
}

const specsOf = (
  { stateSize, controlSize, dtype }: ResolvedProblem,
  length: number,
): Record<keyof PieceSite, InputSpec> => ({
  z: { shape: ["batch", stateSize], dtype },
  controls: { shape: ["batch", length, controlSize], dtype },
  start: { shape: [], dtype },
});

/** Every interval solved with its control held. */
function pieceNodes(
  problem: ResolvedProblem,
  { through }: IntervalMethod,
  { z, controls, start }: PieceSite,
  length: number,
): PieceNodes {
  const { interval, controlSize, penalty } = problem;
  const [batch = 1] = z.shape;
  const states: Node[] = [];
  const stages: Node[] = [];
  const excesses: Node[] = [];
  for (let n = 0; n < length; n++) {
    const s = add(start, n * interval);
    const from = states.at(-1) ?? z;
    const u = reshape(slice(controls, 1, n, n + 1), [batch, controlSize]);
    stages.push(stageCostOf(problem, from, u, s));
    const next = through(from, u, s);
    states.push(next);
    excesses.push(...excessOf(problem, next, add(s, interval)));
  }
  const violation = largestOf(excesses, z);
  const squares = excesses.map((excess) => reduceSum(square(excess), 1));
  const paid = squares.length === 0 ? violation : mul(sum(...squares), penalty * interval);
  return { states, cost: mul(sum(...stages), interval), paid, violation };
}

/** A piece forward: `states` [batch, length, n], `cost`, `paid`, `violation`. */
export function forwardGraph(problem: ResolvedProblem, solved: IntervalMethod, length: number): Graph {
  return trace(specsOf(problem, length), (site) => {
    const { states, ...sums } = pieceNodes(problem, solved, site, length);
    const [batch = 1] = site.z.shape;
    const ends = states.map((state) => reshape(state, [batch, 1, problem.stateSize]));
    return { states: concat(ends, 1), ...sums };
  });
}

/**
 * A piece backward: from `adjoint`, the derivative of the objective in the state at its end, to those in its start, `ofState`,
 * and in its controls, `ofControls`.
 */
export function backwardGraph(problem: ResolvedProblem, solved: IntervalMethod, length: number): Graph {
  const specs = specsOf(problem, length);
  return trace({ ...specs, adjoint: specs.z }, ({ adjoint, ...site }) => {
    const { states, cost, paid } = pieceNodes(problem, solved, site, length);
    const carried = mul(states.at(-1) ?? site.z, adjoint);
    const objective = add(reduceSum(add(cost, paid)), reduceSum(carried));
    const [ofState, ofControls] = gradient(objective, [site.z, site.controls]) as [Node, Node];
    return { ofState, ofControls };
  });
}

/** The end of a horizon: φ as `cost`, and its derivative `adjoint`; undefined where there is no φ. */
export function terminalGraph(problem: ResolvedProblem): Graph | undefined {
  if (problem.terminalCost === undefined) return undefined;
  const { z, start } = specsOf(problem, 1);
  return trace({ z, start }, (site) => {
    const cost = terminalCostOf(problem, site.z, site.start) as Node;
    const [adjoint] = gradient(reduceSum(cost), [site.z]) as [Node];
    return { cost, adjoint };
  });
}
