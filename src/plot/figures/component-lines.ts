import type { Method } from "../figure.js";
import { methodChannel } from "../parts/method-channel.js";
import { short } from "../parts/numbers.js";
import type { TrajectoryRow } from "../parts/trajectory-set.js";
import type { Layer } from "../parts/vega-lite.js";

/**
 * One panel a component, below each other, against a common s axis; one color a method.
 *
 * @param count components drawn, the first ones.
 * @param width width of a panel in CSS pixels.
 */
export function componentLines(
  methods: readonly Method[],
  rows: readonly TrajectoryRow[],
  count: number,
  width: number,
): ComponentPicture {
  const vconcat = Array.from({ length: count }, (_, component) => ({
    width,
    height: count === 1 ? 260 : 130,
    data: {
      values: rows.map(({ state, ...row }) => ({ ...row, value: short(state[component] ?? 0) })),
    },
    layer: panelLayers(
      methods,
      count === 1 ? "z" : `z${subscript(component + 1)}`,
      component === count - 1,
      width,
    ),
  }));
  return { vconcat, spacing: 14, resolve: { scale: { x: "shared", color: "shared" } } };
}

/** All components, below each other. */
export interface ComponentPicture {
  readonly vconcat: ComponentPanel[];
  readonly spacing: number;
  readonly resolve: { readonly scale: { readonly x: "shared"; readonly color: "shared" } };
}

/** One component as a layered picture. */
export interface ComponentPanel {
  width: number;
  height: number;
  data: { values: Record<string, string | number>[] };
  layer: Layer[];
}

function panelLayers(methods: readonly Method[], title: string, last: boolean, width: number): Layer[] {
  const axis = { grid: false, labels: last, ticks: last, tickCount: 6 } as const;
  const x = {
    field: "s",
    type: "quantitative",
    title: last ? "s" : null,
    scale: { nice: false, zero: false },
    axis,
  } as const;
  const y = {
    field: "value",
    type: "quantitative",
    title,
    scale: { zero: false },
    axis: {
      tickCount: 4,
      domain: false,
      ticks: false,
      minExtent: 34,
      titleAngle: 0,
      titleAlign: "right",
      titleFontSize: 14,
    },
  } as const;
  const color = methodChannel(methods, width);
  return [
    {
      mark: { type: "line", strokeWidth: 1.3, strokeOpacity: 0.8, aria: false },
      encoding: { x, y, color, detail: { field: "path" }, order: { field: "k", type: "quantitative" } },
    },
    {
      transform: [{ filter: "datum.place === 'start' || datum.place === 'end'" }],
      mark: { type: "point", size: 18, filled: true, opacity: 1, aria: false },
      encoding: { x, y, color },
    },
  ];
}

function subscript(index: number): string {
  return [...String(index)].map((digit) => String.fromCodePoint(0x2080 + Number(digit))).join("");
}
