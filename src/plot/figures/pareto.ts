import { fail } from "../../tensor/index.js";
import { type Figure, type FigureText, type Method, requireMethods, sentences } from "../figure.js";
import { formatMilliseconds, formatNumber } from "../parts/format.js";
import { logAxis } from "../parts/log-axis.js";
import { type MethodChannel, methodChannel } from "../parts/method-channel.js";
import type { Layer, TopLevelSpec } from "../parts/vega-lite.js";
import { type FrontPoint, type LabeledPanel, labelLayers, pointArea } from "./pareto-labels.js";

/** What a solve costs: function evaluations, multiply–accumulates a sample, milliseconds. */
export type Cost = "nfe" | "macs" | "milliseconds";

/** One setting of a method, with its costs and its error. A cost that was not measured is left out. */
export interface ParetoPoint {
  /** The setting: `"K = 2"`, `"rtol = 1e-4"`. */
  readonly label: string;
  /** Whether the label may be written in the picture, by `labels`. Default true; on hover it is always there. */
  readonly labeled?: boolean;
  readonly nfe?: number;
  readonly macs?: number;
  readonly milliseconds?: number;
  readonly error: number;
}

/** One family of settings, drawn as one line from cheap to expensive. */
export interface ParetoSeries extends Method {
  readonly points: readonly ParetoPoint[];
}

/** How a Pareto front is drawn. */
export interface ParetoOptions extends FigureText {
  /** Title of the vertical axis. Default `"error"`. */
  readonly errorLabel?: string;
  /** Titles of the horizontal axes. Defaults: function evaluations (NFE), multiply–accumulates (MACs), time (ms). */
  readonly costLabels?: Partial<Record<Cost, string>>;
  /**
   * Which points carry their label in the picture, those for whose label there is room apart from all points, lines and
   * other labels; all carry it on hover. Default `"hypersolver"`.
   */
  readonly labels?: "hypersolver" | "all" | "none";
  /** An error that is wanted, drawn as a line across. Default: none. */
  readonly wanted?: number | undefined;
  /** Width and height of a panel in CSS pixels. Default 480 × 320 for one panel, 270 × 270 for several. */
  readonly width?: number;
  readonly height?: number;
}

interface Row extends FrontPoint {
  readonly note: string;
}

const costTitles: Readonly<Record<Cost, string>> = {
  nfe: "function evaluations (NFE)",
  macs: "multiply–accumulates (MACs)",
  milliseconds: "time (ms)",
};

/** Error against one cost, both logarithmic, one line a method; hypersolvers are emphasized. See `paretoFronts`. */
export function paretoFront(
  series: readonly ParetoSeries[],
  options: ParetoOptions & { readonly cost?: Cost } = {},
): Figure {
  const { cost = "nfe", ...rest } = options;
  return paretoFronts(series, { name: `pareto-${cost}`, width: 480, height: 320, ...rest, costs: [cost] });
}

/**
 * Error against several costs, one panel each with a common error axis, both axes logarithmic.
 * Points with an error or cost that is missing, zero or not finite are not drawn; the caption counts them.
 *
 * @param options.costs panels from left to right. Default NFE, MACs and milliseconds.
 * @throws INVALID_ARGUMENT if there is no series, labels repeat, or a panel would have no point.
 */
export function paretoFronts(
  series: readonly ParetoSeries[],
  options: ParetoOptions & { readonly costs?: readonly Cost[] } = {},
): Figure {
  requireMethods("Pareto front", series);
  const { costs = ["nfe", "macs", "milliseconds"], errorLabel = "error" } = options;
  const rows = costs.map((cost) => rowsOf(series, cost));
  const { wanted } = options;
  const error = logAxis([...rows.flat().map((row) => row.error), ...(wanted === undefined ? [] : [wanted])]);
  const { width = 270, height = 270 } = options;
  const color = methodChannel(series, width * costs.length, "circle");
  const panels = costs.map((cost, i) => ({
    width,
    height,
    data: { values: [...(rows[i] ?? [])] },
    layer: panelLayers({
      color,
      cost: logAxis(
        (rows[i] ?? []).map((row) => row.cost),
        { labels: "plain" },
      ),
      costTitle: options.costLabels?.[cost] ?? costTitles[cost],
      error,
      errorTitle: i === 0 ? errorLabel : null,
      labels: options.labels ?? "hypersolver",
      rows: rows[i] ?? [],
      width,
      height,
      wanted,
    }),
  }));
  const { name = "pareto", title = "Error against cost" } = options;
  const dropped = rows.reduce((sum, kept) => sum + pointCount(series) - kept.length, 0);
  const caption =
    options.caption ?? "One point a setting; further down is more accurate, further left is cheaper.";
  const note =
    dropped === 0 ? "" : `${dropped} points without a positive finite error and cost are not drawn.`;
  return {
    name,
    title,
    caption: sentences(caption, note),
    spec: { title, hconcat: panels, resolve: { scale: { color: "shared" } } } satisfies TopLevelSpec,
  };
}

interface Panel extends LabeledPanel {
  readonly color: MethodChannel;
  readonly costTitle: string;
  readonly errorTitle: string | null;
}

/** Lines and points of the others, then those of the hypersolvers on top, then labels. */
function panelLayers(panel: Panel): Layer[] {
  const x = {
    field: "cost",
    type: "quantitative",
    ...panel.cost,
    title: panel.costTitle,
  } as const;
  const y = { field: "error", type: "quantitative", ...panel.error, title: panel.errorTitle } as const;
  const { color } = panel;
  const encoding = { x, y, color };
  const described = { ...encoding, description: { field: "note" } } as const;
  const emphasized = "datum.role === 'hypersolver'";
  const line = { type: "line", aria: false } as const;
  const point = { type: "circle", opacity: 1, stroke: "#ffffff" } as const;
  const only = (filter: string) => ({ transform: [{ filter }] });
  const goal: Layer[] =
    panel.wanted === undefined
      ? []
      : [
          {
            data: { values: [{ error: panel.wanted }] },
            mark: { type: "rule", stroke: "#5f6368", strokeDash: [5, 4], strokeWidth: 1.2 },
            encoding: { y },
          },
        ];
  const layers: Layer[] = [
    ...goal,
    { ...only(`!(${emphasized})`), mark: { ...line, strokeWidth: 1.5, strokeOpacity: 0.85 }, encoding },
    {
      ...only(`!(${emphasized})`),
      mark: { ...point, size: pointArea.plain, strokeWidth: 0.8 },
      encoding: described,
    },
    { ...only(emphasized), mark: { ...line, strokeWidth: 3 }, encoding },
    {
      ...only(emphasized),
      mark: { ...point, size: pointArea.emphasized, strokeWidth: 1.4 },
      encoding: described,
    },
  ];
  return [...layers, ...labelLayers(panel, encoding)];
}

function rowsOf(series: readonly ParetoSeries[], kind: Cost): Row[] {
  const rows = series.flatMap(({ label, role = "other", points }) =>
    points.flatMap((point) => {
      const cost = point[kind] ?? Number.NaN;
      if (!(cost > 0 && point.error > 0 && Number.isFinite(cost + point.error))) return [];
      const price =
        kind === "milliseconds"
          ? formatMilliseconds(cost)
          : `${formatNumber(cost)} ${kind === "nfe" ? "NFE" : "MACs"}`;
      const note = `${label}, ${point.label}: error ${formatNumber(point.error)}, ${price}`;
      const text = point.labeled === false ? "" : point.label;
      return [{ method: label, role, cost, error: point.error, text, note }];
    }),
  );
  if (rows.length > 0) return rows;
  throw fail("INVALID_ARGUMENT", {
    what: `Pareto front over ${costTitles[kind]}`,
    expected: "at least one point with a positive finite error and cost",
    received: `${pointCount(series)} points, none usable`,
  });
}

function pointCount(series: readonly ParetoSeries[]): number {
  return series.reduce((sum, { points }) => sum + points.length, 0);
}
