import { type Correction, hyper, rebindCorrection } from "../../hypersolver/index.js";
import type { Mean } from "../../metrics/index.js";
import { alpha, fixed, type Method } from "../../ode/index.js";
import { type Figure, seriesCurve } from "../../plot/index.js";
import type { Contestant } from "../kit/contestant.js";
import { type ImageQualityRequest, imageQuality } from "./image-quality.js";

/** One member of the family of two-stage methods of order 2, alone and with a g that was fitted to another. */
export interface AlphaResult {
  /** Node of the second stage; 1/2 is midpoint's, 1 Heun's. */
  readonly alpha: number;
  /** Relative errors at the end of the span; infinite where a solve broke down. */
  readonly base: Mean;
  readonly hypersolver: Mean;
}

const ALPHAS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Evaluates one correction over all bases `alpha(…)`: the authors' generalisation across base solvers. */
export async function alphaFamily(
  request: Omit<ImageQualityRequest, "methods">,
  { correction, steps }: { readonly correction: Correction; readonly steps: number },
): Promise<AlphaResult[]> {
  const methods = ALPHAS.flatMap((node) => {
    const base = alpha(node);
    const both: Method[] = [fixed(base, { steps }), hyper(rebindCorrection(correction, base), { steps })];
    return both.map((method): Contestant => ({ name: method.name, role: "other", method }));
  });
  const rows = await imageQuality({ ...request, methods });
  return ALPHAS.flatMap((node, i) => {
    const [base, hypersolver] = rows.slice(2 * i, 2 * i + 2);
    return base && hypersolver
      ? [{ alpha: node, base: base.relative, hypersolver: hypersolver.relative }]
      : [];
  });
}

/** Undefined where nothing could be drawn. */
export function alphaFigure(results: readonly AlphaResult[]): Figure | undefined {
  const curve = (label: string, error: (result: AlphaResult) => Mean) => {
    const drawn = results.filter((result) => Number.isFinite(error(result).mean));
    return {
      label,
      values: drawn.map((result) => error(result).mean),
      iterations: drawn.map((result) => result.alpha),
    };
  };
  const curves = [
    { ...curve("with midpoint's g", ({ hypersolver }) => hypersolver), role: "hypersolver" as const },
    { ...curve("base alone", ({ base }) => base), role: "base" as const },
  ].filter(({ values }) => values.length > 0);
  if (curves.length === 0) return undefined;
  return seriesCurve(curves, {
    ...{ name: "alpha-family", title: "One correction on other methods of its order", scale: "log" },
    ...{ axisLabel: "α, the node of the second stage", valueLabel: "relative error" },
    caption:
      "Two-stage methods of order 2 (α = 1/2: midpoint, to which g was fitted; 1: Heun), as many steps each.",
  });
}
