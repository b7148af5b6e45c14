import { element } from "../dom/element.js";

/** What a picture draws with: pixels of the page, whatever the screen's are. */
export interface Pen {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

/** A canvas that keeps its place, is as sharp as the screen, and draws itself again when size or theme change. */
export interface Picture {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Asks for a drawing in the next frame. */
  redraw(): void;
}

/** Pictures that are there, to be drawn again in another theme. */
const pictures = new Set<WeakRef<Picture>>();

/** Draws every picture again. */
export function redrawAll(): void {
  for (const reference of pictures) {
    const picture = reference.deref();
    if (picture === undefined) pictures.delete(reference);
    else picture.redraw();
  }
}

/**
 * @param ratio width over height.
 * @param label what it shows, for those who do not see it.
 */
export function picture(
  { ratio, label, look = "" }: { readonly ratio: number; readonly label: string; readonly look?: string },
  draw: (pen: Pen) => void,
): Picture {
  const canvas = element("canvas", { role: "img", "aria-label": label });
  const root = element("div", { class: `picture ${look}`, style: `--ratio: ${ratio}` }, canvas);
  let asked = false;
  const made: Picture = {
    root,
    canvas,
    redraw: () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        paint(canvas, draw);
      });
    },
  };
  new ResizeObserver(() => made.redraw()).observe(root);
  pictures.add(new WeakRef(made));
  return made;
}

function paint(canvas: HTMLCanvasElement, draw: (pen: Pen) => void): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext("2d");
  if (context === null || width === 0 || height === 0) return;
  const density = Math.min(3, window.devicePixelRatio || 1);
  const [wide, high] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  draw({ context, width, height });
}
