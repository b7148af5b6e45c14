import type { FigureSpec, Method, Role } from "../figure.js";
import type { Config } from "./vega-lite.js";

/** Names of the font in order of preference. Carlito is shipped; Calibri has the same metrics. */
export const fontFamily = "Carlito, Calibri, Lato, Helvetica, Arial, sans-serif";

/** Ink of text, axes and faint lines. */
export const ink = {
  text: "#1f2430",
  muted: "#5c6370",
  axis: "#9aa0aa",
  grid: "#e9ebee",
  ghost: "#b9bec6",
} as const;

/**
 * Colors by role, from Okabe and Ito's palette that survives the common color-vision deficiencies.
 * The first of each list is the color of the role; the rest serve further methods of the same role.
 */
export const roleColors: Readonly<Record<Role, readonly string[]>> = {
  reference: ["#2b303b", "#7d828c"],
  base: ["#0072b2", "#56b4e9", "#004a75"],
  hypersolver: ["#d55e00", "#e69f00", "#8f3b00", "#c2185b", "#e8837a", "#6a1b9a", "#a89600", "#ff5ca8"],
  other: ["#009e73", "#cc79a7", "#7a6fb0", "#56b4e9", "#8c8c8c", "#b08a3e", "#a6c834", "#4d6b8a"],
};

/** Sizes in CSS pixels; PNG files are drawn at twice the size. */
export const sizes = { title: 16, subtitle: 13, label: 12, axisTitle: 13 } as const;

/** Labels and colors of some methods, as domain and range of a color scale. */
export interface MethodColors {
  readonly domain: string[];
  readonly range: string[];
}

/** Gives each method the next color of its role, in the given order. */
export function methodColors(methods: readonly Method[]): MethodColors {
  const used: Record<Role, number> = { reference: 0, base: 0, hypersolver: 0, other: 0 };
  const range = methods.map(({ role = "other" }) => {
    const colors = roleColors[role];
    const color = colors[used[role] % colors.length] ?? ink.text;
    used[role] += 1;
    return color;
  });
  return { domain: methods.map(({ label }) => label), range };
}

/** The title of one panel among several, centered over its plot, whatever is written beside it. */
export function panelTitle(text: string): PanelTitle {
  return { text, anchor: "middle", frame: "group", offset: 8, fontSize: sizes.axisTitle };
}

/** A Vega-Lite title. */
export interface PanelTitle {
  readonly text: string;
  readonly anchor: "middle";
  readonly frame: "group";
  readonly offset: number;
  readonly fontSize: number;
}

/** The one look of all figures, as the configuration of Vega-Lite: white, quiet axes, left-aligned titles. */
export const theme: FigureSpec = {
  background: "#ffffff",
  padding: { left: 16, right: 20, top: 14, bottom: 14 },
  font: fontFamily,
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "bounds",
    color: ink.text,
    fontSize: sizes.title,
    fontWeight: "bold",
    offset: 12,
    subtitleColor: ink.muted,
    subtitleFontSize: sizes.subtitle,
    subtitlePadding: 4,
  },
  axis: {
    labelColor: ink.muted,
    labelFontSize: sizes.label,
    labelPadding: 5,
    labelFlush: false,
    titleColor: ink.text,
    titleFontSize: sizes.axisTitle,
    titleFontWeight: "normal",
    titlePadding: 8,
    domainColor: ink.axis,
    tickColor: ink.axis,
    tickSize: 4,
    gridColor: ink.grid,
  },
  legend: {
    labelColor: ink.text,
    labelFontSize: sizes.axisTitle,
    labelLimit: 260,
    titleColor: ink.text,
    titleFontSize: sizes.axisTitle,
    titleFontWeight: "normal",
    symbolStrokeWidth: 2.5,
    symbolOpacity: 1,
    offset: 14,
    gradientLabelOffset: 5,
    rowPadding: 4,
    columnPadding: 18,
  },
  concat: { spacing: 28 },
  facet: { spacing: 20 },
} satisfies Config;
