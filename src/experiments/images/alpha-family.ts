import { type Correction, hyper, rebindCorrection } from "../../hypersolver/index.js";
import type { Mean } from "../../metrics/index.js";
import { alpha, fixed } from "../../ode/index.js";
import { type Figure, seriesCurve } from "../../plot/index.js";
import type { RunContext } from "../../runtime/index.js";
import { type Broken, isBroken } from "../../tensor/index.js";
import type { Competitor } from "../kit/competitor.js";
import { brokenOf } from "../kit/result-row.js";
import { type ImageQualityRequest, type ImageQualityRow, imageQuality } from "./image-quality.js";

/** One member of the family of two-stage methods of order 2, alone and with a g that was fitted to another. */
export interface AlphaResult {
  /** Node of the second stage; 1/2 is midpoint's, 1 Heun's. */
  readonly alpha: number;
  /** Relative errors at the end of the span. */
  readonly base: Mean | Broken;
  readonly hypersolver: Mean | Broken;
}

const ALPHAS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Evaluates one correction over all bases `alpha(…)`: the authors' generalization across base solvers. */
export async function alphaFamily(
  request: Omit<ImageQualityRequest, "methods">,
  { correction, steps }: { readonly correction: Correction; readonly steps: number },
  context: RunContext = {},
): Promise<AlphaResult[]> {
  const methods = ALPHAS.flatMap((node): Competitor[] => {
    const base = alpha(node);
    const corrected = hyper(rebindCorrection(correction, base), { steps });
    return [fixed(base, { steps }), corrected].map((method) => ({ method, role: "other" }));
  });
  const rows = await imageQuality({ ...request, methods }, context);
  return ALPHAS.flatMap((node, i) => {
    const [base, hypersolver] = rows.slice(2 * i, 2 * i + 2);
    return base && hypersolver
      ? [{ alpha: node, base: relativeOf(base), hypersolver: relativeOf(hypersolver) }]
      : [];
  });
}

const relativeOf = (row: ImageQualityRow): Mean | Broken => (isBroken(row) ? brokenOf(row) : row.relative);

/** None where nothing could be drawn. */
export function alphaFigures(results: readonly AlphaResult[]): Figure[] {
  const curve = (label: string, errorOf: (result: AlphaResult) => Mean | Broken) => {
    const drawn = results.flatMap((result) => {
      const error = errorOf(result);
      return isBroken(error) ? [] : [{ alpha: result.alpha, error: error.mean }];
    });
    return {
      label,
      values: drawn.map(({ error }) => error),
      iterations: drawn.map((result) => result.alpha),
    };
  };
  const curves = [
    { ...curve("with midpoint's g", ({ hypersolver }) => hypersolver), role: "hypersolver" as const },
    { ...curve("base alone", ({ base }) => base), role: "base" as const },
  ].filter(({ values }) => values.length > 0);
  if (curves.length === 0) return [];
  const figure = seriesCurve(curves, {
    name: "alpha-family",
    title: "One correction on other methods of its order",
    scale: "log",
    axisLabel: "α, the node of the second stage",
    valueLabel: "relative error",
    caption:
      "Two-stage methods of order 2 (α = 1/2: midpoint, to which g was fitted; 1: Heun), as many steps each.",
  });
  return [figure];
}
