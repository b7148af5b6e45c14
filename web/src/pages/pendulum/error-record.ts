import { element } from "../../dom/element.js";
import { formatNumber } from "../../dom/numbers.js";
import { drawChart, type Series } from "../../draw/chart.js";
import { roleColor } from "../../draw/colors.js";
import { picture } from "../../draw/picture.js";
import type { SwingResult } from "../../worker/pendulum.js";
import { apart, INTERVAL, pendulumNames, pendulumRoles } from "./pendulums.js";

/** How far two pendulums were from the third, over the last seconds. */
export interface ErrorRecord {
  readonly root: HTMLElement;
  add(result: SwingResult): void;
  clear(): void;
}

interface Point {
  readonly time: number;
  readonly hyper: number;
  readonly rk4: number;
}

/** Intervals that are kept. */
const KEPT = 40;
/** Powers of ten end here. */
const LEAST = 1e-6;
const rivals = ["hyper", "rk4"] as const;

export function errorRecord(): ErrorRecord {
  let points: Point[] = [];
  let time = 0;
  const words = element("p", { class: "facts-line" }, "–");
  const chart = picture({ ratio: 1.7, label: "Distance to dopri5 over time", look: "chart" }, (pen) =>
    drawChart(pen, seriesOf(points), {
      ...{ x: "seconds", y: "distance to dopri5 (rad)", logX: false },
      xText: (value) => String(Math.round(10 * value) / 10),
    }),
  );
  const legend = [...rivals, "reference" as const].map((name) =>
    element(
      "li",
      { class: "main" },
      element("span", { class: "swatch", style: `background: var(--${pendulumRoles[name]})` }),
      pendulumNames[name],
    ),
  );
  return {
    root: element(
      "div",
      { class: "stack" },
      chart.root,
      element("ul", { class: "legend" }, ...legend),
      words,
    ),
    add: ({ ends, nfe }) => {
      time += INTERVAL;
      const off = (name: (typeof rivals)[number]): number =>
        Math.max(LEAST, apart(ends[name], ends.reference));
      points = [...points, { time, hyper: off("hyper"), rk4: off("rk4") }].slice(-KEPT);
      words.textContent = wordsOf(points, nfe);
      chart.redraw();
    },
    clear: () => {
      [points, time] = [[], 0];
      words.textContent = "–";
      chart.redraw();
    },
  };
}

const seriesOf = (points: readonly Point[]): Series[] =>
  rivals.map((name) => ({
    label: pendulumNames[name],
    color: roleColor(pendulumRoles[name]),
    points: points.map((each) => [each.time, each[name]] as const),
  }));

function wordsOf(points: readonly Point[], nfe: SwingResult["nfe"]): string {
  const mean = (name: "hyper" | "rk4"): string =>
    formatNumber(points.reduce((sum, each) => sum + each[name], 0) / points.length);
  return (
    `Mean distance over ${points.length * INTERVAL} s: RK4 ${mean("rk4")}, hypersolver ${mean("hyper")}. ` +
    `Evaluations in the last half second: dopri5 ${nfe.reference}, RK4 ${nfe.rk4}, hypersolver ${nfe.hyper}.`
  );
}
