import type { FlowFacts } from "../../models/index.js";
import { renderReport } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import type { DrawnFigure } from "./flow-figures.js";
import type { FlowMetrics } from "./run-flow.js";

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

/** A self-contained page about one flow. */
export function flowReport(metrics: FlowMetrics, facts: FlowFacts, drawn: readonly DrawnFigure[]): string {
  const { title, command, status, data, base, iterations, parameters, seconds, validationNll } = metrics;
  return renderReport({
    title,
    lead: flowSummary(metrics),
    facts: [
      ["Command", command],
      ["Data", data],
      ["Training", facts.training],
      ["Status", `${status} after ${iterations} iterations`],
      ["Base distribution", base],
      ["Network", `${formatNumber(parameters)} parameters`],
      ["Validation NLL of what was kept", `${formatNats(validationNll)} nats`],
      [
        "Time",
        `${formatMilliseconds(1000 * seconds.training)} for training, ` +
          `${formatMilliseconds(1000 * seconds.measuring)} for measuring`,
      ],
    ],
    sections:
      drawn.length === 0
        ? []
        : [
            {
              heading: "Pictures",
              figures: drawn.map(({ figure, svg }) => ({
                svg,
                caption: figure.caption,
                title: figure.title,
              })),
            },
          ],
    footnotes: [
      "A continuous normalizing flow carries a simple base distribution to the data along an ordinary differential " +
        "equation: Grathwohl et al., FFJORD, ICLR 2019; flow matching: Lipman et al., ICLR 2023.",
      `Made by ${facts.library}, seed ${facts.seed}.`,
    ],
  });
}
