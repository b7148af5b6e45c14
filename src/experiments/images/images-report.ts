import type { Figure, Table } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { settingOf } from "../kit/competitor.js";
import type { RunFacts } from "../kit/experiment.js";
import { meanText, withError } from "../kit/mean-text.js";
import type { RunReport } from "../kit/report.js";
import { type ResultRow, resultRow } from "../kit/result-row.js";
import { EVALUATIONS } from "./image-methods.js";
import type { ImageMetrics } from "./image-metrics.js";
import type { ImageQuality, ImageQualityRow } from "./image-quality.js";
import { imageVerdict } from "./image-verdict.js";
import type { TestAccuracy } from "./test-accuracy.js";

/** What came out of a run. */
export function imagesReport(
  metrics: Partial<ImageMetrics> & RunFacts,
  figures: readonly Figure[],
): RunReport {
  const { data = "", architecture = "", training, quality = [], status } = metrics;
  const contests = imageVerdict(quality);
  return {
    title: `A Neural ODE classifier of ${data.split(",")[0]}, in ${EVALUATIONS} evaluations`,
    lead: trainingSentence(metrics),
    facts: [
      ["Architecture", architecture],
      ["Data", data],
      ["Training", training === undefined ? "none" : `${formatNumber(training.seconds)} s`],
    ],
    verdict: status === "interrupted" ? interruption(metrics) : "",
    sections: [
      { heading: "Pictures", figures },
      { heading: "Accuracy on test images", text: ACCURACY_TEXT, table: accuracyTable(metrics), on: "both" },
      { heading: "", table: qualityTable(tenEvaluations(quality)), on: "terminal" },
      { heading: "", text: contests.join("\n"), on: "terminal" },
      { heading: "What each part of the fit gave", text: FIT_TEXT, table: fitTable(metrics) },
      {
        heading: "Against every other solver",
        text: [...contests, QUALITY_TEXT].join(" "),
        table: qualityTable(quality),
      },
    ],
    footnotes: ["Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, section 4.1."],
  };
}

function interruption({ fits = {} }: Partial<ImageMetrics>): string {
  const made = Object.entries(fits).map(([name, { status }]) =>
    status === "complete" ? name : `${name} (not finished)`,
  );
  return `Interrupted ${made.length === 0 ? "before the fits" : `after the fits of ${made.join("; ")}`}.`;
}

/** The numbers of a run by method. */
export function imageRowsOf({ quality = [], accuracies = [] }: Partial<ImageMetrics>): ResultRow[] {
  return [
    ...accuracies.map((row) =>
      resultRow<TestAccuracy>({ "classified by": row.method }, row, ({ nfe, accuracy, imagesPerSecond }) => ({
        NFE: nfe,
        "accuracy (%)": 100 * accuracy,
        "images/s": imagesPerSecond,
      })),
    ),
    ...quality.map((row) =>
      resultRow<ImageQuality>({ method: row.method, steps: settingOf(row) }, row, (own) => ({
        NFE: own.nfe,
        MACs: own.macs,
        milliseconds: own.milliseconds,
        relative: own.relative.mean,
        "MAPE (%)": own.mape.mean,
        "points lost": own.accuracyLoss.mean,
      })),
    ),
  ];
}

const ACCURACY_TEXT =
  "Share of test images classified right, with its standard error over batches; whole classifiers, h_x and h_y included. dopri5 at 1e-4; images a second on the machine of this run.";
const FIT_TEXT =
  "Smallest relative error at the end of the span on 64 training images kept for choosing: by residual fitting alone, and by trajectory fitting after it.";
const QUALITY_TEXT =
  "States at the end of the span against dopri5 at a far tighter tolerance, on batches of test images; mean and standard error over batches. MACs and times of the solve, g included. Hypersolvers around the step that their g learned too.";

function trainingSentence({ architecture, training }: Partial<ImageMetrics>): string {
  if (training === undefined)
    return architecture === undefined ? "" : `${architecture} is given: nothing was trained.`;
  const { validationAccuracy, iterations, seconds } = training;
  return `${architecture} classifies ${percent(validationAccuracy)} of the validation images right after ${iterations} iterations (${formatNumber(seconds)} s).`;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function accuracyTable({ accuracies = [] }: Partial<ImageMetrics>): Table {
  const [reference] = accuracies;
  return {
    columns: ["classified by", "NFE", "accuracy", "points lost", "images/s", "test images"],
    rows: accuracies.map((row) => {
      if (isBroken(row)) return [row.method, "", "broke", "", "", ""];
      const { method, nfe, accuracy, standardError, imagesPerSecond, images } = row;
      const lost = reference === undefined || isBroken(reference) ? undefined : reference.accuracy - accuracy;
      return [
        method,
        formatNumber(nfe),
        withError(percent(accuracy), standardError && 100 * standardError),
        lost === undefined ? "" : (100 * lost).toFixed(2),
        formatNumber(imagesPerSecond),
        images,
      ];
    }),
    emphasized: accuracies.flatMap(({ method }, i) => (method.startsWith("Hyper") ? [i] : [])),
  };
}

function qualityTable(rows: readonly ImageQualityRow[]): Table {
  const columns = ["method", "steps", "NFE", "MACs", "time"];
  return {
    columns: [...columns, "relative error", "MAPE (%)", "median APE (%)", "points lost"],
    rows: rows.map((row) => {
      const labels = [row.method, settingOf(row)];
      if (isBroken(row)) return [...labels, "", "", "broke", "", "", "", ""];
      return [
        ...labels,
        formatNumber(row.nfe),
        formatNumber(row.macs),
        formatMilliseconds(row.milliseconds),
        meanText(row.relative),
        meanText(row.mape),
        meanText(row.medianPercentage),
        withError(row.accuracyLoss.mean.toFixed(2), row.accuracyLoss.standardError),
      ];
    }),
    emphasized: rows.flatMap(({ role }, i) => (role === "hypersolver" ? [i] : [])),
  };
}

/** Errors after each phase of the fits: the smallest of a phase is what the next goes on from. */
function fitTable({ fits = {} }: Partial<ImageMetrics>): Table {
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
function tenEvaluations(all: readonly ImageQualityRow[]): ImageQualityRow[] {
  const within = all.flatMap((row) =>
    isBroken(row) || row.steps === undefined || row.fitted === false || row.nfe > EVALUATIONS ? [] : [row],
  );
  const dearest = within.filter(
    ({ method, nfe }) => !within.some((other) => other.method === method && other.nfe > nfe),
  );
  return [...dearest, ...all.filter(({ steps }) => steps === undefined)];
}
