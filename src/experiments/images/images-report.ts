import { type Figure, type ReportSection, renderReport, type Table, textTable } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { EVALUATIONS } from "./image-methods.js";
import type { ImageQuality } from "./image-quality.js";
import { imageVerdict } from "./image-verdict.js";
import type { ImageMetrics } from "./run-images.js";

/** The outcome for a terminal. */
export function imagesSummary(metrics: ImageMetrics): string {
  const { quality, accuracies, fits = {} } = metrics;
  if (quality === undefined || accuracies === undefined) {
    const made = Object.entries(fits).map(([name, { status }]) =>
      status === "complete" ? name : `${name} (not finished)`,
    );
    const where = made.length === 0 ? "before the fits" : `after the fits of ${made.join("; ")}`;
    return `${trainingSentence(metrics)}\n\nInterrupted ${where}.`;
  }
  const tables = [accuracyTable(metrics), qualityTable(tenEvaluations(quality))];
  return [
    trainingSentence(metrics),
    ...tables.map(({ columns, rows, emphasized = [] }) => textTable(columns, rows, { emphasized })),
    imageVerdict(quality).join("\n"),
  ].join("\n\n");
}

/** A self-contained page about one run. */
export function imagesReport(
  metrics: ImageMetrics,
  figures: readonly { readonly figure: Figure; readonly svg: string }[],
): string {
  const drawn = figures.map(({ figure, svg }) => ({ svg, caption: figure.caption, title: figure.title }));
  const { quality = [] } = metrics;
  return renderReport({
    title: `A Neural ODE classifier of ${metrics.data.split(",")[0]}, in ${EVALUATIONS} evaluations`,
    lead: trainingSentence(metrics),
    facts: [
      ["Command", metrics.command],
      ["Preset", metrics.preset],
      ["Architecture", metrics.architecture],
      ["Data", metrics.data],
      ["Seed", String(metrics.seed)],
      ["Training", metrics.training === undefined ? "none" : `${formatNumber(metrics.training.seconds)} s`],
      ["Status", metrics.status],
    ],
    // What an interruption left out has no section.
    sections: [
      { heading: "Pictures", figures: drawn },
      { heading: "Accuracy on test images", text: ACCURACY_TEXT, table: accuracyTable(metrics) },
      { heading: "What each part of the fit gave", text: FIT_TEXT, table: fitTable(metrics) },
      {
        heading: "Against every other solver",
        text: [...imageVerdict(quality), QUALITY_TEXT].join(" "),
        table: qualityTable(quality),
      },
    ].filter(({ figures, table }: ReportSection) => (figures ?? table?.rows ?? []).length > 0),
    footnotes: ["Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, section 4.1."],
  });
}

const ACCURACY_TEXT =
  "Share of test images classified right, with its standard error over batches; whole classifiers, h_x and h_y included. dopri5 at 1e-4; images a second on the machine of this run.";
const FIT_TEXT =
  "Smallest relative error at the end of the span on 64 training images kept for choosing: by residual fitting alone, and by trajectory fitting after it.";
const QUALITY_TEXT =
  "States at the end of the span against dopri5 at a far tighter tolerance, on batches of test images; mean and standard error over batches. MACs and times of the solve, g included. Hypersolvers around the step that their g learned too.";

function trainingSentence({ architecture, training }: ImageMetrics): string {
  if (training === undefined) return `${architecture} is given: nothing was trained.`;
  const { validationAccuracy, iterations, seconds } = training;
  return `${architecture} classifies ${percent(validationAccuracy)} of the validation images right after ${iterations} iterations (${formatNumber(seconds)} s).`;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function accuracyTable({ accuracies = [] }: ImageMetrics): Table {
  const [reference] = accuracies;
  return {
    columns: ["classified by", "NFE", "accuracy", "points lost", "images/s", "test images"],
    rows: accuracies.map(({ method, nfe, accuracy, standardError, imagesPerSecond, images }) => [
      method,
      formatNumber(nfe),
      Number.isNaN(accuracy) ? "broke" : withError(percent(accuracy), standardError && 100 * standardError),
      reference === undefined ? "" : (100 * (reference.accuracy - accuracy)).toFixed(2),
      formatNumber(imagesPerSecond),
      images,
    ]),
    emphasized: accuracies.flatMap(({ method }, i) => (method.startsWith("Hyper") ? [i] : [])),
  };
}

function qualityTable(rows: readonly ImageQuality[]): Table {
  return {
    columns: [
      "method",
      "steps",
      "NFE",
      "MACs",
      "time",
      "relative error",
      "MAPE (%)",
      "median APE (%)",
      "points lost",
    ],
    rows: rows.map((row) => [
      row.method,
      row.steps ?? `tol ${row.tolerance?.toExponential()}`,
      formatNumber(row.nfe),
      formatNumber(row.macs),
      Number.isFinite(row.milliseconds) ? formatMilliseconds(row.milliseconds) : "broke",
      meanText(row.relative),
      meanText(row.mape),
      meanText(row.medianPercentage),
      withError(row.accuracyLoss.mean.toFixed(2), row.accuracyLoss.standardError),
    ]),
    emphasized: rows.flatMap(({ role }, i) => (role === "hypersolver" ? [i] : [])),
  };
}

const meanText = ({ mean, standardError }: ImageQuality["relative"]): string =>
  withError(formatNumber(mean), standardError);

const withError = (text: string, error: number | undefined): string =>
  error === undefined ? text : `${text} ± ${formatNumber(error)}`;

/** Errors after each phase of the fits: the smallest of a phase is what the next goes on from. */
function fitTable({ fits = {} }: ImageMetrics): Table {
  return {
    columns: ["hypersolver", "residual fitting", "then trajectory fitting", "iterations", "parameters"],
    rows: Object.entries(fits).map(([name, { losses, iterations, parameters }]) => {
      const bestOf = (wanted: string): string => {
        const errors = losses.flatMap(({ kind, error }) =>
          kind === wanted && error !== undefined ? [error] : [],
        );
        return errors.length === 0 ? "" : formatNumber(Math.min(...errors));
      };
      return [name, bestOf("residual"), bestOf("trajectory"), iterations, parameters];
    }),
  };
}

/** The rows whose evaluations are at most ten, the most expensive of each method, and all of dopri5. */
function tenEvaluations(rows: readonly ImageQuality[]): ImageQuality[] {
  const within = rows.filter(
    ({ nfe, steps, fitted = true }) => steps !== undefined && fitted && nfe <= EVALUATIONS,
  );
  const dearest = within.filter(
    ({ method, nfe }) => !within.some((other) => other.method === method && other.nfe > nfe),
  );
  return [...dearest, ...rows.filter(({ steps }) => steps === undefined)];
}
