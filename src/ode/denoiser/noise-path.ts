import { evaluateGraph, type Node, trace } from "../../graph/index.js";
import { fromNumbers, item, type Tensor } from "../../tensor/index.js";

/**
 * Where states are on their way from noise to data: x = α(s) x₀ + σ(s) ε with data x₀ and standard normal noise ε; and the
 * derivatives of α and σ by s.
 */
export interface PathPoint<N = number> {
  readonly alpha: N;
  readonly sigma: N;
  readonly dAlpha: N;
  readonly dSigma: N;
}

/** The way from noise to data over s, as numbers. */
export type NoisePath = (s: number) => PathPoint;

/** The way as a graph over a column s [n, 1]. */
export type PathGraph = (s: Node) => PathPoint<Node>;

/** The straight way of flow matching, from noise at s = 0 to data at s = 1: what a field without a schedule is taken to follow. */
export const straightPath: NoisePath = (s) => ({ alpha: s, sigma: 1 - s, dAlpha: 1, dSigma: -1 });

/** The numbers that a graph gives, in float64. */
export function numbersOf(path: PathGraph): NoisePath {
  const graph = trace({ s: { shape: [1, 1], dtype: "float64" } }, ({ s }) => ({ ...path(s as Node) }));
  return (s) => {
    const found = evaluateGraph(graph, { s: fromNumbers([s], [1, 1], "float64") });
    const of = (name: keyof PathPoint): number => item(found[name] as Tensor);
    return { alpha: of("alpha"), sigma: of("sigma"), dAlpha: of("dAlpha"), dSigma: of("dSigma") };
  };
}
