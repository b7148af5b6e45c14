/** A place on a canvas, in shares of its width and height. */
export type Touch = readonly [x: number, y: number];

/** Follows a pen, finger or mouse over a canvas: each stretch from where it was to where it is. */
export function brush(
  canvas: HTMLCanvasElement,
  { onStroke, onEnd }: { onStroke(from: Touch, to: Touch): void; onEnd?(): void },
): void {
  let last: Touch | undefined;
  const touch = ({ clientX, clientY }: PointerEvent): Touch => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };
  canvas.style.touchAction = "none";
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = touch(event);
    onStroke(last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last === undefined) return;
    const next = touch(event);
    onStroke(last, next);
    last = next;
  });
  const end = (): void => {
    if (last === undefined) return;
    last = undefined;
    onEnd?.();
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
}
