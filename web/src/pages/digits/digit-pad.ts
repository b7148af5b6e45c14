import { element } from "../../dom/element.js";
import { brush } from "../../draw/brush.js";

const SIDE = 28;
/** Pixels of the drawing a pixel of the digit. */
const FINE = 10;
/** Width of the pen in pixels of the digit. */
const PEN = 2.3;
/** Side of the square that digits of MNIST fill; they lie around their center of mass. */
const FILLED = 20;

/** A square to draw a digit on. */
export interface DigitPad {
  readonly root: HTMLElement;
  /** Writes a digit, for those who do not draw. */
  write(digit: number): void;
  clear(): void;
}

/** @param onDigit 28 × 28 bytes, white on black, as MNIST has them. */
export function digitPad(onDigit: (pixels: Uint8Array) => void): DigitPad {
  const canvas = element("canvas", {
    width: SIDE * FINE,
    height: SIDE * FINE,
    class: "digit",
    role: "img",
    "aria-label": "A square to draw a digit on",
  });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const clear = (): void => {
    if (context === null) return;
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
  };
  clear();
  const read = (): void => {
    const pixels = context === null ? undefined : digitOf(context);
    if (pixels !== undefined) onDigit(pixels);
  };
  let isFresh = true;
  brush(canvas, {
    onStroke: ([x0, y0], [x1, y1]) => {
      if (context === null) return;
      if (isFresh) clear();
      isFresh = false;
      context.strokeStyle = "#fff";
      context.lineWidth = PEN * FINE;
      context.lineCap = "round";
      context.beginPath();
      context.moveTo(x0 * canvas.width, y0 * canvas.height);
      context.lineTo(x1 * canvas.width + 0.01, y1 * canvas.height);
      context.stroke();
    },
    onEnd: read,
  });
  return {
    root: element("div", { class: "picture" }, canvas),
    write: (digit) => {
      if (context === null) return;
      clear();
      isFresh = true;
      context.fillStyle = "#fff";
      context.strokeStyle = "#fff";
      context.lineWidth = 0.7 * FINE;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.font = `${22 * FINE}px system-ui, sans-serif`;
      context.fillText(String(digit), canvas.width / 2, canvas.height / 2);
      context.strokeText(String(digit), canvas.width / 2, canvas.height / 2);
      read();
    },
    clear: () => {
      clear();
      isFresh = false;
    },
  };
}

/** The drawing as MNIST prepares it: fitted into 20 × 20, its center of mass in the middle. Undefined where nothing is drawn. */
function digitOf(context: CanvasRenderingContext2D): Uint8Array | undefined {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const ink = (x: number, y: number): number => data[4 * (y * width + x)] ?? 0;
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (ink(x, y) > 40)
        [left, right, top, bottom] = [
          Math.min(left, x),
          Math.max(right, x),
          Math.min(top, y),
          Math.max(bottom, y),
        ];
  if (right < left) return undefined;
  const [wide, high] = [right - left + 1, bottom - top + 1];
  const scale = FILLED / Math.max(wide, high);
  const small = shrunk(context.canvas, { left, top, wide, high, scale }, [0, 0]);
  return shrunk(context.canvas, { left, top, wide, high, scale }, offCenter(small));
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly wide: number;
  readonly high: number;
  readonly scale: number;
}

/** The box in the middle of 28 × 28, moved by so much. */
function shrunk(source: HTMLCanvasElement, box: Box, [dx, dy]: readonly [number, number]): Uint8Array {
  const canvas = element("canvas", { width: SIDE, height: SIDE });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const pixels = new Uint8Array(SIDE * SIDE);
  if (context === null) return pixels;
  const [wide, high] = [box.wide * box.scale, box.high * box.scale];
  context.imageSmoothingQuality = "high";
  context.drawImage(
    source,
    ...([box.left, box.top, box.wide, box.high] as const),
    ...([(SIDE - wide) / 2 + dx, (SIDE - high) / 2 + dy, wide, high] as const),
  );
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return pixels.map((_, i) => data[4 * i] ?? 0);
}

/** How far the center of mass is from the middle, to be taken back. */
function offCenter(pixels: Uint8Array): readonly [number, number] {
  let [mass, x, y] = [0, 0, 0];
  for (const [i, value] of pixels.entries()) {
    mass += value;
    x += value * (i % SIDE);
    y += value * Math.floor(i / SIDE);
  }
  if (mass === 0) return [0, 0];
  return [Math.round((SIDE - 1) / 2 - x / mass), Math.round((SIDE - 1) / 2 - y / mass)];
}
