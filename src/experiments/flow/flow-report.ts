import type { FlowFacts } from "../../models/internal.js";
import type { Figure } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import type { RunReport } from "../kit/report.js";
import type { FlowMetrics } from "./flow-metrics.js";

/** `3.47 ± 0.01`: a mean with its standard error. */
export function meanText({
  mean,
  standardError,
}: {
  readonly mean: number;
  readonly standardError: number | undefined;
}): string {
  const error =
    standardError === undefined
      ? ""
      : ` ± ${standardError < 5e-4 ? formatNumber(standardError) : formatNats(standardError)}`;
  return `${formatNats(mean)}${error}`;
}

/** Nats with three decimals; more would be noise. */
export const formatNats = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(3).replace("-", "−") : formatNumber(value);

/** One or two sentences: what was reached. */
export function flowSummary({ heldOut, broken, entropy }: FlowMetrics): string {
  if (heldOut === undefined)
    return `The densities of held-out data could not be solved. ${broken?.reason ?? ""}`;
  const { nll, nfe, estimator } = heldOut;
  const estimate = estimator === "hutchinson" ? ", Hutchinson's divergence" : "";
  const floor =
    entropy === undefined
      ? ""
      : ` The entropy of the data, which no flow gets below, is ${formatNats(entropy)}.`;
  return (
    `Held-out negative log-likelihood ${meanText(nll)} nats (${nll.n} points, ${nfe} evaluations of f at tolerance ` +
    `1e-5${estimate}).${floor}`
  );
}

/** What came out of one training. */
export function flowReport(metrics: FlowMetrics, facts: FlowFacts, figures: readonly Figure[]): RunReport {
  const { title, data, base, iterations, parameters, seconds, validationNll } = metrics;
  const [training, measuring] = [seconds.training, seconds.measuring].map((time) =>
    formatMilliseconds(1000 * time),
  );
  return {
    title,
    lead: "",
    verdict: flowSummary(metrics),
    facts: [
      ["Data", data],
      ["Training", facts.training],
      ["Iterations", String(iterations)],
      ["Base distribution", base],
      ["Network", `${formatNumber(parameters)} parameters`],
      ["Validation NLL of what was kept", `${formatNats(validationNll)} nats`],
      ["Time", `${training} for training, ${measuring} for measuring`],
    ],
    sections: [{ heading: "Pictures", figures }],
    footnotes: [
      "A continuous normalizing flow carries a simple base distribution to the data along an ordinary differential " +
        "equation: Grathwohl et al., FFJORD, ICLR 2019; flow matching: Lipman et al., ICLR 2023.",
      `Made by ${facts.library}, seed ${facts.seed}.`,
    ],
  };
}
