import { type Figure, imageGrid, seriesCurve, type Table } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import type { RunFacts } from "../kit/experiment.js";
import type { RunReport } from "../kit/report.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";
import type { FittedEntrant } from "../learned/entrants.js";
import type { ImageFlowQuality, ImageFlowRow } from "./image-quality.js";

/** What `metrics.json` holds. */
export interface ImageFlowMetrics {
  readonly training: {
    readonly iterations: number;
    readonly seconds: number;
    readonly parameters: number;
    /** Multiply–accumulates of an evaluation. */
    readonly macs: number;
    readonly curve: readonly {
      readonly iteration: number;
      readonly loss: number;
      readonly validation?: number | undefined;
    }[];
  };
  readonly fits: readonly Omit<FittedEntrant, "content">[];
  readonly quality: ImageFlowQuality;
}

const measured = ({ quality }: Partial<ImageFlowMetrics>): ImageFlowRow[] =>
  (quality?.rows ?? []).flatMap((row) => (isBroken(row) ? [] : [row as ImageFlowRow]));

/** A line a method, a column a number of evaluations. */
function tableOf(rows: readonly ImageFlowRow[], value: (row: ImageFlowRow) => string): Table {
  const counts = [...new Set(rows.map(({ nfe }) => nfe))].sort((a, b) => a - b);
  const methods = [...new Set(rows.map(({ method }) => method))];
  return {
    columns: [{ label: "method", align: "left" }, ...counts.map(String)],
    rows: methods.map((method) => [
      method,
      ...counts.map((nfe) => {
        const row = rows.find((one) => one.method === method && one.nfe === nfe);
        return row === undefined ? "" : value(row);
      }),
    ]),
  };
}

/** Who comes closest, and who comes closest without learning, by number of evaluations. */
function verdictOf(rows: readonly ImageFlowRow[]): string {
  const counts = [...new Set(rows.map(({ nfe }) => nfe))].sort((a, b) => a - b);
  return counts
    .map((nfe) => {
      const own = rows.filter((row) => row.nfe === nfe).sort((a, b) => b.psnr - a.psnr);
      const [first] = own;
      const classical = own.find(({ role }) => role !== "hypersolver");
      if (first === undefined) return "";
      const before =
        classical === undefined || classical === first
          ? ""
          : `, ${classical.method} ${classical.psnr.toFixed(1)}`;
      return `${nfe} evaluations: ${first.method} ${first.psnr.toFixed(1)} dB${before}.`;
    })
    .join(" ");
}

/** Curves and pictures of what was measured. */
export function imageFlowFigures(metrics: Partial<ImageFlowMetrics>): Figure[] {
  const rows = measured(metrics);
  if (rows.length === 0) return [];
  const curve = (value: (row: ImageFlowRow) => number) =>
    [...new Set(rows.map(({ method }) => method))].map((label) => {
      const own = rows.filter(({ method }) => method === label);
      return { label, values: own.map(value), iterations: own.map(({ nfe }) => nfe) };
    });
  return [
    seriesCurve(
      curve(({ psnr }) => psnr),
      {
        name: "psnr",
        title: "Closeness to the exact end state",
        axisLabel: "evaluations of f",
        valueLabel: "PSNR (dB)",
        caption:
          "Mean over images, against the same noise solved by dopri5 to a small tolerance; higher is closer.",
      },
    ),
    seriesCurve(
      curve(({ frechet }) => frechet),
      {
        name: "frechet",
        title: "Distance to test images",
        axisLabel: "evaluations of f",
        valueLabel: "Fréchet distance",
        scale: "log",
        caption: "Of a classifier's logits, to those of test images; lower is closer.",
      },
    ),
    ...pictures(metrics, rows),
  ];
}

/** The same noise by every method in four evaluations, or as many as there are. */
function pictures({ quality }: Partial<ImageFlowMetrics>, rows: readonly ImageFlowRow[]): Figure[] {
  if (quality === undefined) return [];
  const counts = [...new Set(rows.map(({ nfe }) => nfe))].sort((a, b) => a - b);
  const nfe = counts.includes(4) ? 4 : (counts[0] ?? 0);
  const shown = [
    { label: "reference", pixels: quality.pixels },
    ...rows.filter((row) => row.nfe === nfe).map(({ method, pixels }) => ({ label: method, pixels })),
  ];
  return [
    imageGrid(
      shown.map(({ label, pixels }) => ({
        label,
        images: pixels.map((values) => ({ values: Float64Array.from(values, (value) => (value + 1) / 2) })),
      })),
      {
        name: "digits",
        title: `Digits in ${nfe} evaluations`,
        valueLabel: "pixel",
        height: 28,
        width: 28,
        domain: [0, 1],
        scheme: "inferno",
        panelSize: 56,
        headings: quality.pixels.map((_, i) => `#${i + 1}`),
        caption: "From the same noise, a column each.",
      },
    ),
  ];
}

export const imageFlowRows = (metrics: Partial<ImageFlowMetrics>): ResultRow[] =>
  (metrics.quality?.rows ?? []).map((row): ResultRow => {
    if (isBroken(row)) return { key: { method: row.method }, outcome: brokenOf(row) };
    const { method, nfe, psnr, relative, frechet, macs } = row as ImageFlowRow;
    const outcome = { PSNR: psnr, "relative error": relative, "Fréchet distance": frechet, MACs: macs };
    return { key: { method, evaluations: nfe }, outcome };
  });

export function imageFlowReport(
  title: string,
  metrics: Partial<ImageFlowMetrics> & RunFacts,
  figures: readonly Figure[],
): RunReport {
  const rows = measured(metrics);
  const { training, quality } = metrics;
  const facts: [string, string][] = [];
  if (training !== undefined)
    facts.push([
      "U-Net",
      `${formatNumber(training.parameters)} parameters, ${formatNumber(training.macs)} multiply–accumulates an evaluation`,
    ]);
  if (quality !== undefined)
    facts.push([
      "Fréchet distance to test images",
      `of the reference ${formatNumber(quality.referenceFrechet)}, of other test images ${formatNumber(quality.floor)}`,
    ]);
  return {
    title,
    lead: "",
    verdict: verdictOf(rows),
    facts,
    sections: [
      {
        heading: "PSNR to the exact end state (dB), by evaluations",
        table: tableOf(rows, ({ psnr }) => psnr.toFixed(1)),
      },
      {
        heading: "Fréchet distance to test images, by evaluations",
        table: tableOf(rows, ({ frechet }) => formatNumber(frechet)),
      },
      {
        heading: "Multiply–accumulates an image, by evaluations",
        table: tableOf(rows, ({ macs }) => formatNumber(macs)),
      },
      { heading: "Pictures", figures },
    ],
    footnotes: [
      "Features are the ten logits of the authors' MNIST classifier, solved by midpoint in two steps: distances compare methods here, and mean nothing beside those of other classifiers.",
    ],
  };
}
