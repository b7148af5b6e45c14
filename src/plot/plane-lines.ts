import type { GenericConcatSpec, LayerSpec } from "vega-lite/types_unstable/spec/index.js";
import type { TrajectoryRow } from "./component-lines.js";
import type { Layer, Method } from "./figure.js";
import { short } from "./numbers.js";
import { type PlaneRange, squareRange } from "./plane.js";
import { ink, methodColours, sizes } from "./theme.js";

/** How planar trajectories are laid out; see `TrajectoryOptions`. */
export interface PlaneLayout {
  readonly layout?: "panels" | "overlay";
  readonly panelSize?: number;
}

/**
 * Planar trajectories with equal scales, as one panel a method over the faint reference, or all in one.
 *
 * @param rows the points of each method, in the order of `methods`.
 */
export function planeLines(
  methods: readonly Method[],
  rows: readonly (readonly TrajectoryRow[])[],
  { layout = "panels", panelSize }: PlaneLayout,
): LayerSpec<string> | GenericConcatSpec<LayerSpec<string>> {
  const range = squareRange(rows.flat().map(({ state }) => [state[0] ?? 0, state[1] ?? 0]));
  const colours = methodColours(methods);
  const data = rows.map((own) => ({
    values: own.map(({ state: [x = 0, y = 0], ...row }) => ({ ...row, x: short(x), y: short(y) })),
  }));
  const frame = (size: number) => ({ width: size, height: size, view: { stroke: ink.grid } });
  if (layout === "overlay") {
    const legend = { title: null, orient: "top", symbolType: "stroke" } as const;
    const color = { field: "method", type: "nominal", sort: null, scale: colours, legend } as const;
    const values = data.flatMap((own) => own.values);
    return { ...frame(panelSize ?? 420), data: { values }, layer: planeLayers(range, { color }) };
  }
  const reference = methods.findIndex(({ role }) => role === "reference");
  const ghost: Layer = {
    data: data[reference] ?? { values: [] },
    ...lineLayer(range, { color: { value: ink.ghost } }, 1),
  };
  const concat = methods.map(({ label, role }, i) => ({
    title: { text: label, anchor: "middle" as const, offset: 8, fontSize: sizes.axisTitle },
    ...frame(panelSize ?? 250),
    layer: [
      ...(role === "reference" ? [] : [ghost]),
      {
        data: data[i] ?? { values: [] },
        layer: planeLayers(range, { color: { value: colours.range[i] ?? ink.text } }),
      },
    ],
  }));
  return { concat, columns: methods.length <= 4 ? methods.length : 3, spacing: 18 };
}

type Colour = { color: NonNullable<NonNullable<Layer["encoding"]>["color"]> };

/** Lines, then steps, starts and ends as points. */
function planeLayers(range: PlaneRange, colour: Colour): Layer[] {
  const points = (place: TrajectoryRow["place"], mark: object): Layer => ({
    transform: [{ filter: `datum.place === '${place}'` }],
    mark: { type: "point", aria: false, clip: true, opacity: 1, ...mark },
    encoding: { x: coordinate("x", range.x), y: coordinate("y", range.y), ...colour },
  });
  return [
    lineLayer(range, colour, 0.75),
    points("step", { size: 6, filled: true, opacity: 0.7 }),
    points("start", { size: 18, strokeWidth: 1, fill: "#ffffff" }),
    points("end", { size: 24, filled: true, stroke: "#ffffff", strokeWidth: 0.6 }),
  ];
}

function lineLayer(range: PlaneRange, colour: Colour, opacity: number) {
  return {
    mark: { type: "line" as const, strokeWidth: 1.2, opacity, aria: false, clip: true },
    encoding: {
      x: coordinate("x", range.x),
      y: coordinate("y", range.y),
      ...colour,
      detail: { field: "path" },
      order: { field: "k", type: "quantitative" as const },
    },
  };
}

/** An axis of the plane, quiet, over a fixed range. */
function coordinate(field: "x" | "y", [low, high]: readonly [number, number]) {
  const axis = { grid: false, tickCount: 4, domain: false, title: null };
  const scale = { domain: [low, high], nice: false, zero: false };
  return { field, type: "quantitative" as const, scale, axis };
}
