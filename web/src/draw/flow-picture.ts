import type { FlowLook } from "../worker/flow-look.js";
import { cssColor } from "./colors.js";
import { type Pen, type Picture, picture } from "./picture.js";
import { drawPoints, toPixels } from "./points.js";

/** A flow in motion. */
export interface FlowPicture {
  readonly root: HTMLElement;
  show(look: FlowLook): void;
}

/** Seconds from the base to the data, and of rest there. */
const WAY = 3.2;
const REST = 1.6;

/** Particles that go from the base to the data, over the arrows of the field. */
export function flowPicture(): FlowPicture {
  let look: FlowLook | undefined;
  let begun = performance.now();
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
  const share = (now: number): number => {
    if (isCalm.matches) return 1;
    return Math.min(1, (((now - begun) / 1000) % (WAY + REST)) / WAY);
  };
  const drawn: Picture = picture(
    { ratio: 1, label: "Particles moving with the flow from noise to data", look: "deep" },
    (pen) => {
      if (look !== undefined) drawLook(pen, look, share(performance.now()));
    },
  );
  const turn = (): void => {
    if (!drawn.root.isConnected) return void setTimeout(() => requestAnimationFrame(turn), 300);
    if (look !== undefined && !document.hidden && !isCalm.matches) drawn.redraw();
    requestAnimationFrame(turn);
  };
  requestAnimationFrame(turn);
  return {
    root: drawn.root,
    show: (next) => {
      if (look === undefined) begun = performance.now();
      look = next;
      drawn.redraw();
    },
  };
}

function drawLook(pen: Pen, { frames, places, arrows, view }: FlowLook, share: number): void {
  const at = share * (frames.length - 1);
  const [before, after] = [Math.floor(at), Math.ceil(at)];
  const mixed = (all: readonly Float32Array[]): Float32Array => {
    const [a, b] = [all[before], all[after]];
    if (a === undefined || b === undefined) return new Float32Array();
    return a.map((value, i) => value + (at - before) * ((b[i] ?? value) - value));
  };
  drawArrows(pen, view, places, mixed(arrows));
  drawPoints(pen, view, mixed(frames), { color: cssColor("particle"), size: 2.6, alpha: 0.8 });
}

function drawArrows(pen: Pen, view: FlowLook["view"], places: Float32Array, arrows: Float32Array): void {
  const { context, width } = pen;
  const place = toPixels(view, pen);
  const cell = width / Math.sqrt(places.length / 2);
  // A velocity that crosses half the view in the whole span fills its cell.
  const scale = (0.95 * cell) / (1.6 * view.half);
  context.strokeStyle = cssColor("arrow");
  context.fillStyle = cssColor("arrow");
  context.lineWidth = 1.1;
  context.lineCap = "round";
  for (let i = 0; i + 1 < places.length; i += 2) {
    const [x, y] = place(places[i] ?? 0, places[i + 1] ?? 0);
    let [dx, dy] = [(arrows[i] ?? 0) * scale, -(arrows[i + 1] ?? 0) * scale];
    const length = Math.hypot(dx, dy);
    if (length > 0.95 * cell) [dx, dy] = [(dx * 0.95 * cell) / length, (dy * 0.95 * cell) / length];
    context.beginPath();
    context.moveTo(x - dx / 2, y - dy / 2);
    context.lineTo(x + dx / 2, y + dy / 2);
    context.stroke();
    context.beginPath();
    context.arc(x + dx / 2, y + dy / 2, 1.5, 0, 2 * Math.PI);
    context.fill();
  }
}
