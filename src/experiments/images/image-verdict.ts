import { formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { pointLabel } from "../kit/competitor.js";
import type { ImageQuality, ImageQualityRow } from "./image-quality.js";

type Cost = "nfe" | "macs" | "milliseconds";

const costNames: Readonly<Record<Cost, string>> = {
  nfe: "NFE",
  macs: "multiply–accumulates",
  milliseconds: "time",
};

/**
 * Every hypersolver, at the steps that it learned, against the best of all other solvers that cost no more: in evaluations,
 * in multiply–accumulates with those of g, and in time; a sentence each.
 */
export function imageVerdict(all: readonly ImageQualityRow[]): string[] {
  const rows = all.flatMap((row) => (isBroken(row) ? [] : [row]));
  const others = rows.filter(({ role }) => role !== "hypersolver");
  return rows
    .filter(({ role, fitted }) => role === "hypersolver" && fitted === true)
    .map((own) => {
      const contests = (Object.keys(costNames) as Cost[]).map((cost) => contest(own, others, cost));
      return `${own.method}: ${contests.join("; ")}.`;
    });
}

function contest(own: ImageQuality, others: readonly ImageQuality[], cost: Cost): string {
  const [best] = others
    .filter((other) => other[cost] <= own[cost])
    .sort((a, b) => a.relative.mean - b.relative.mean);
  if (best === undefined) return `no other is as cheap in ${costNames[cost]}`;
  return `${ratioText(best.relative.mean / own.relative.mean)} the best of equal ${costNames[cost]} (${best.method}, ${pointLabel(best)})`;
}

const ratioText = (ratio: number): string =>
  ratio >= 1 ? `${formatNumber(ratio)} times closer than` : `${formatNumber(1 / ratio)} times farther than`;
