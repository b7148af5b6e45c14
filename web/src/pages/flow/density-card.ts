import { card, row, trouble } from "../../dom/card.js";
import { choice } from "../../dom/controls.js";
import { element } from "../../dom/element.js";
import { dropPlace } from "../../dom/files.js";
import { brush, type Touch } from "../../draw/brush.js";
import { cssColor } from "../../draw/colors.js";
import { picture } from "../../draw/picture.js";
import { drawPoints, type View, viewOf } from "../../draw/points.js";
import { engine } from "../../engine/engine.js";
import type { Source } from "../../worker/densities.js";

/** What a flow is to learn, chosen or drawn. */
export interface DensityCard {
  readonly root: HTMLElement;
  /** @throws Error where there are too few points to learn from. */
  source(): Source;
}

const names = [
  ["pinwheel", "Pinwheel"],
  ["rings", "Rings"],
  ["checkerboard", "Checkerboard"],
  ["circles", "Circles"],
  ["two-spirals", "Two spirals"],
  ["moons", "Moons"],
  ["swiss-roll", "Swiss roll"],
  ["8-gaussians", "Eight Gaussians"],
] as const;

/** Points that a stroke leaves, a length of its own width. */
const PER_STROKE = 9;
const SPREAD = 0.018;
const FEWEST = 100;
const CANVAS: View = { x: 0, y: 0, half: 1 };

/** The density: one of the library's, a drawing, or a table of points. */
export function densityCard(onChange: () => void): DensityCard {
  const problem = trouble();
  let source: Source = { kind: "named", name: "pinwheel" };
  let points = new Float32Array();
  const drawn: number[] = [];
  const view = (): View => (source.kind === "points" ? CANVAS : viewOf(points, 1.2));
  const shown = picture(
    { ratio: 1, label: "Points of the density. Draw here to make your own", look: "pad" },
    (pen) => {
      if (points.length > 0)
        drawPoints(pen, view(), points, { color: cssColor("data"), size: 2.2, alpha: 0.55 });
      if (points.length === 0) hint(pen.context, pen.width, pen.height);
    },
  );
  const load = async (next: Source): Promise<void> => {
    problem.say(undefined);
    try {
      points = (await engine.run("drawnPoints", { source: next })) as Float32Array<ArrayBuffer>;
      source = next;
      shown.redraw();
      onChange();
    } catch (error) {
      problem.say(error as Error);
    }
  };
  const pick = choice(
    "density",
    [
      ...names.map(([value, label]) => ({ value, label })),
      { value: "drawn" as const, label: "Draw your own" },
    ],
    {
      value: "pinwheel",
      onChange: (name) => (name === "drawn" ? clear() : void load({ kind: "named", name })),
    },
  );
  const show = (): void => {
    points = Float32Array.from(drawn);
    source = { kind: "points", points };
    shown.redraw();
  };
  const clear = (): void => {
    drawn.length = 0;
    pick.set("drawn");
    show();
  };
  brush(shown.canvas, {
    onStroke: (from, to) => {
      if (pick.value() !== "drawn") clear();
      scatter(drawn, from, to);
      show();
    },
    onEnd: onChange,
  });
  void load(source);
  return {
    root: card(
      { title: "1. A density", lead: "Pick one, or draw on the square: every stroke leaves points behind." },
      shown.root,
      pick.root,
      row(
        element("button", { type: "button", onclick: clear }, "Clear"),
        dropPlace("Points as CSV", "two columns", {
          accept: ".csv,.tsv,.txt",
          onFiles: async (file) => {
            const text = await file.text();
            await load({ kind: "csv", text, name: file.name });
          },
        }),
      ),
      problem.root,
    ),
    source: () => {
      if (source.kind !== "points" || source.points.length >= 2 * FEWEST) return source;
      throw new Error("Draw a little more: a flow wants at least a hundred points.");
    },
  };
}

/** Points around a stroke, in [−1, 1]². */
function scatter(points: number[], [x0, y0]: Touch, [x1, y1]: Touch): void {
  const count = PER_STROKE + Math.round(PER_STROKE * 12 * Math.hypot(x1 - x0, y1 - y0));
  for (let i = 0; i < count; i++) {
    const share = Math.random();
    const radius = SPREAD * Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    const [x, y] = [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
    points.push(2 * x - 1 + radius * Math.cos(angle), 1 - 2 * y + radius * Math.sin(angle));
  }
}

function hint(context: CanvasRenderingContext2D, width: number, height: number): void {
  context.fillStyle = cssColor("muted");
  context.textAlign = "center";
  context.font = `15px ${getComputedStyle(document.body).fontFamily}`;
  context.fillText("draw here", width / 2, height / 2);
}
