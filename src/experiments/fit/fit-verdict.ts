import { formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { settingOf } from "../kit/competitor.js";
import { bestRival } from "./best-rival.js";
import { type MeasuredRow, stiffnessNote } from "./comparison.js";
import type { FitMetrics, FitVerdict, MethodResult } from "./fit-metrics.js";
import type { LearnedKind, TrainingPoint } from "./learned-solver.js";

/** What a verdict is made from. */
export type JudgedFit = Pick<
  FitMetrics,
  "learn" | "base" | "learned" | "comparison" | "losses" | "noiseFloor" | "iterations" | "measuring"
>;

/** Less than a tenth closer than its start is chance. */
const HARDLY_CLOSER = 0.9;
/** A loss within this of what the reference's own errors make of it has nothing left to learn. */
const NEAR_FLOOR = 2;
/** Validation that ends this much above its best has overfitted. */
const OVERFITTED = 1.5;
/** So has a solver whose validation error is this many times the error on the states it learned from. */
const GAP = 2;
/** A start that is off by this much of the solution is too coarse for a correction. */
const TOO_COARSE = 0.3;
/** An error of more than this share of the solution itself is of little use, however much closer than the start it is. */
const FAR = 0.5;
/** Fewer iterations than this are a trial. */
const FEW_ITERATIONS = 300;

/**
 * Whether a fit learned anything, and whether a method without learning ends closer for no more arithmetic: the first is
 * measured against what the solver began with, the second against everything that was compared.
 */
export function fitVerdict(fit: JudgedFit): FitVerdict {
  const { outcome, warnings } = outcomeOf(fit);
  const ofField = [stiffnessNote(fit.comparison), fit.measuring.warning];
  return { outcome, warnings: [...warnings, ...ofField.filter((warning) => warning !== undefined)] };
}

function outcomeOf(fit: JudgedFit): FitVerdict {
  const { learned, learn, base, comparison } = fit;
  if (isBroken(learned)) {
    const warnings = [`${learned.title} breaks on these states: ${learned.reason}`, ...attempts(fit)];
    return { outcome: "nothing", warnings };
  }
  // A student does not begin with a method: it has rivals only.
  const begins = learn !== "student" && !isBroken(base);
  if (begins && learned.mean > HARDLY_CLOSER * base.mean) {
    const ends = `it ends ${formatNumber(learned.mean)} away, ${base.title} without learning ${formatNumber(base.mean)}`;
    return { outcome: "nothing", warnings: [`nothing was learned: ${ends}`, ...attempts(fit)] };
  }
  const rival = bestRival(comparison, learned);
  const closer = rival === undefined ? [] : closerRival(learned, rival);
  return { outcome: "learned", warnings: [...stillFar(fit, learned), ...closer, ...overfitting(fit)] };
}

function stillFar({ learn }: JudgedFit, { title, relative }: MethodResult): string[] {
  if (relative <= FAR) return [];
  return [
    `${title} is off by ${formatNumber(100 * relative)} % of the solution itself, too far for most uses: give more ` +
      `${ADVICE[learn].size}, or take an implicit method if the field is stiff (solve --method rodas4)`,
  ];
}

/** Where states that it learned from end much closer than others do, and did not at first. */
function overfitting({ losses }: JudgedFit): string[] {
  const gaps = losses.flatMap(({ relative, learned }) =>
    relative === undefined || learned === undefined || learned === 0 ? [] : [relative / learned],
  );
  const [first = 1, last = 1] = [gaps[0], gaps.at(-1)];
  if (last < GAP * Math.max(1, first)) return [];
  return [
    `it overfitted: in the end validation states were ${formatNumber(last)} times as far off as those that it learned from; ` +
      "what did best on validation states is kept. More --states or --trajectories would take it further",
  ];
}

function closerRival({ mean, title }: MethodResult, rival: MeasuredRow): string[] {
  if (rival.error >= mean) return [];
  const how = `${rival.method} (${settingOf(rival)})`;
  return [
    `${how} ends closer than ${title} for no more arithmetic, ${formatNumber(rival.error)} against ${formatNumber(mean)}: ` +
      "it needs no learning",
  ];
}

/** What makes a solver of each kind cost more or less, and what is left to try. Other kinds refuse these options. */
const ADVICE: Readonly<Record<LearnedKind, { readonly size: string; readonly otherwise: string }>> = {
  correction: {
    size: "--steps",
    otherwise:
      "try a wider --hidden, --loss both, or --learn both --evaluations N, whose coefficients need no network",
  },
  coefficients: {
    size: "--evaluations",
    otherwise: "try more --iterations, more --trajectories, or another --start",
  },
  both: {
    size: "--evaluations",
    otherwise: "try more --joint-iterations, more --trajectories, or a wider --hidden",
  },
  student: {
    size: "--evaluations",
    otherwise: "try more --iterations, more --trajectories, or a lower --lr",
  },
};

/** Likely reasons and what to try, the likeliest first. */
function attempts({ losses, noiseFloor, measuring, base, learn, iterations }: JudgedFit): string[] {
  const { size, otherwise } = ADVICE[learn];
  const last = losses.at(-1)?.loss;
  const found: string[] = [];
  if (!isBroken(base) && base.relative <= NEAR_FLOOR * measuring.noise)
    found.push(
      `without learning it ends as close as the reference can tell: give fewer ${size}, there is nothing to learn here`,
    );
  else if (noiseFloor !== undefined && last !== undefined && last <= NEAR_FLOOR * noiseFloor)
    found.push(
      `the loss has come down to the reference's own errors: lower --reference-tolerance, or give fewer ${size}`,
    );
  if (isOverfitted(losses))
    found.push(
      "the validation error rose again: give more --states or --trajectories, or fewer --iterations",
    );
  if (isBroken(base) || base.relative > TOO_COARSE)
    found.push(
      `what it begins with is far from the solution: give more ${size}; a stiff field needs more than learning can save`,
    );
  if (iterations < FEW_ITERATIONS) found.push(`${iterations} iterations are few: give more --iterations`);
  return found.length > 0 ? found : [otherwise];
}

/** Whether validation was better long before the end. */
function isOverfitted(losses: readonly TrainingPoint[]): boolean {
  const errors = losses.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const best = Math.min(...errors);
  return errors.length > 2 && (errors.at(-1) ?? best) > OVERFITTED * best;
}
