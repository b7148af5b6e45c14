import { choice } from "../../dom/controls.js";
import { element } from "../../dom/element.js";
import { formatMilliseconds, formatNumber } from "../../dom/numbers.js";
import { drawChart, type Series } from "../../draw/chart.js";
import { cssColor, roleColor } from "../../draw/colors.js";
import { picture } from "../../draw/picture.js";
import { engine } from "../../engine/engine.js";
import type { ComparedRow } from "../../worker/compare.js";
import type { Cloud } from "../../worker/samples.js";
import type { Room } from "../../worker/subjects.js";
import { type LearnedName, learnable } from "./kinds.js";

/** Error against cost of everything that solves the field. */
export interface ErrorChart {
  readonly root: HTMLElement;
  /** Puts a point of what is being learned. */
  mark(kind: LearnedName, cloud: Cloud): void;
  /** Which classical method is the base, by its title. */
  setBase(title: string): void;
  /** Leaves the machine to something else. */
  rest(): void;
  /** Measures all methods, classical ones and learned. */
  measure(): Promise<void>;
  clear(): void;
}

type Cost = "nfe" | "macs" | "milliseconds";

const costs = [
  { value: "nfe", label: "evaluations of f" },
  { value: "macs", label: "multiply–accumulates" },
  { value: "milliseconds", label: "time" },
] as const;

/** Colors of classical methods other than the base, which keeps that of its panel. */
const others = ["classic-3", "classic-4", "classic-2", "classic-1"];

export function errorChart(room: Room): ErrorChart {
  let rows: ComparedRow[] = [];
  const marks = new Map<LearnedName, Cloud>();
  let cost: Cost = "nfe";
  let turn: AbortController | undefined;
  const legend = element("ul", { class: "legend" });
  const tint = tints();
  const series = (): Series[] => [
    ...classicalSeries(rows, cost, tint.of),
    ...learnedSeries(rows, marks, cost),
  ];
  const shown = picture(
    { ratio: 2.8, label: "Error of every solver against its cost", look: "chart" },
    (pen) => {
      const label = costs.find(({ value }) => value === cost)?.label ?? "";
      const xText = cost === "milliseconds" ? formatMilliseconds : formatNumber;
      drawChart(pen, series(), { x: label, y: "mean error", xText });
    },
  );
  const renew = (): void => {
    legend.replaceChildren(...series().map(entryOf));
    shown.redraw();
  };
  const pick = choice("against", costs, {
    value: "nfe",
    onChange: (next) => {
      cost = next;
      renew();
    },
  });
  return {
    root: element(
      "div",
      { class: "chart-card" },
      element("div", { class: "row" }, element("h3", {}, "Error against cost"), pick.root),
      shown.root,
      legend,
    ),
    mark: (kind, cloud) => {
      marks.set(kind, cloud);
      renew();
    },
    setBase: (title) => {
      tint.setBase(title);
      renew();
    },
    rest: () => turn?.abort(),
    measure: async () => {
      turn?.abort();
      const own = new AbortController();
      turn = own;
      let fresh: ComparedRow[] = [];
      await engine.run(
        "compare",
        { room },
        {
          signal: own.signal,
          onEvent: (news) => {
            if (own.signal.aborted) return;
            fresh = [...fresh, ...news];
            const names = new Set(fresh.map(({ method }) => method));
            rows = [...fresh, ...rows.filter(({ method }) => !names.has(method))];
            renew();
          },
        },
      );
    },
    clear: () => {
      turn?.abort();
      rows = [];
      marks.clear();
      renew();
    },
  };
}

const entryOf = ({ label, color, isMain }: Series): HTMLElement =>
  element(
    "li",
    { class: isMain ? "main" : "" },
    element("span", { class: "swatch", style: `background: ${color}` }),
    label,
  );

/** A color for every classical method, which it keeps. */
function tints(): { of(method: string): string; setBase(method: string): void } {
  const chosen = new Map<string, string>();
  let base = "";
  return {
    of: (method) => {
      if (method === base) return roleColor("base");
      const own = chosen.get(method) ?? others[chosen.size % others.length] ?? "muted";
      chosen.set(method, own);
      return cssColor(own);
    },
    setBase: (method) => {
      base = method;
    },
  };
}

function classicalSeries(
  rows: readonly ComparedRow[],
  cost: Cost,
  tintOf: (method: string) => string,
): Series[] {
  const own = rows.filter(({ role }) => role !== "hypersolver");
  const names = [...new Set(own.map(({ method }) => method))].sort((a, b) => a.localeCompare(b));
  return names.map((label) => {
    const points = own.filter(({ method }) => method === label);
    const isReference = points.some(({ role }) => role === "reference");
    const color = isReference ? roleColor("reference") : tintOf(label);
    return { label, color, points: pointsOf(points, cost) };
  });
}

/** What was learned: where it stands now, large; a correction at other steps than its own as a line. */
function learnedSeries(
  rows: readonly ComparedRow[],
  marks: ReadonlyMap<LearnedName, Cloud>,
  cost: Cost,
): Series[] {
  return [...marks].flatMap(([kind, cloud]) => {
    const own = rows.filter(({ role, method }) => role === "hypersolver" && method === cloud.title);
    const label = kind === "correction" ? cloud.title : learnable[kind].title;
    const color = roleColor(kind);
    const main = { label, color, points: pointsOf([cloud], cost), isMain: true };
    if (kind !== "correction" || own.length === 0) return [main];
    return [main, { label: `${label} at other steps`, color, points: pointsOf(own, cost) }];
  });
}

const pointsOf = (
  rows: readonly Pick<ComparedRow, Cost | "error">[],
  cost: Cost,
): (readonly [number, number])[] =>
  rows
    .map((row) => [cost === "nfe" ? Math.max(row.nfe, 0.8) : row[cost], row.error] as const)
    .sort(([a], [b]) => a - b);
