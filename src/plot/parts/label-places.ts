/** A place in CSS pixels, from the upper left corner of the plot, y downwards. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A drawn point. */
export interface Dot extends Place {
  readonly radius: number;
}

/** A text of this size that belongs to a drawn point. */
export interface PointLabel {
  readonly dot: Dot;
  readonly width: number;
  readonly height: number;
  /** Points that it could be taken to belong to: it stays nearer to its own. */
  readonly rivals: readonly Dot[];
}

/** What labels keep off: all drawn points, their own included, and lines through places. */
export interface Drawn {
  readonly dots: readonly Dot[];
  readonly lines: readonly (readonly Place[])[];
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Distances of a text to its point that are tried, nearest first. */
const GAPS = [2.5, 5, 9, 14, 20] as const;

/** Angles that are tried at each distance: below left first, where nothing is more accurate and cheaper. */
const ANGLES = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8].map(
  (sixteenth) => ((6 - sixteenth) * Math.PI) / 8,
);

/** Least distance of a text to the frame, to lines, and to points and texts that are not its own. */
const CLEARANCE = 2;

/**
 * Finds places for texts beside their points where they touch no point, no line and no other text, within the frame.
 * Texts with the fewest places choose first; each takes the place nearest to its point. One whose free places are all
 * taken gets none. The same input gives the same places.
 *
 * @returns the middle of each text, or undefined, in the order of `labels`.
 */
export function placeLabels(
  labels: readonly PointLabel[],
  drawn: Drawn,
  frame: { readonly width: number; readonly height: number },
): (Place | undefined)[] {
  const free = labels.map((label, index) => ({
    index,
    label,
    places: candidates(label).filter((place) => isFree(label, boxOf(label, place), drawn, frame)),
  }));
  const found: (Place | undefined)[] = labels.map(() => undefined);
  const taken: Box[] = [];
  for (const { index, label, places } of free.sort((a, b) => a.places.length - b.places.length)) {
    const place = places.find((own) => !taken.some((box) => meet(grown(boxOf(label, own), CLEARANCE), box)));
    if (place === undefined) continue;
    found[index] = place;
    taken.push(boxOf(label, place));
  }
  return found;
}

/** Middles of texts around a point: at 45° a corner is next to it, at 0° and 90° the middle of a side. */
function candidates({ dot, width, height }: PointLabel): Place[] {
  const aside = (cosine: number, size: number, gap: number): number =>
    (Math.max(-1, Math.min(1, Math.SQRT2 * cosine)) * size) / 2 + cosine * (dot.radius + gap);
  return GAPS.flatMap((gap) =>
    ANGLES.map((angle) => ({
      x: dot.x + aside(Math.cos(angle), width, gap),
      y: dot.y + aside(Math.sin(angle), height, gap),
    })),
  );
}

function isFree(
  { dot: own, rivals }: PointLabel,
  box: Box,
  { dots, lines }: Drawn,
  frame: { readonly width: number; readonly height: number },
): boolean {
  const wide = grown(box, CLEARANCE);
  if (wide.left < 0 || wide.top < 0 || wide.right > frame.width || wide.bottom > frame.height) return false;
  if (dots.some((dot) => distance(box, dot) < dot.radius + CLEARANCE)) return false;
  const near = distance(box, own);
  if (rivals.some((rival) => distance(box, rival) < near)) return false;
  return !lines.some((line) => line.some((end, i) => i > 0 && crosses(wide, line[i - 1] ?? end, end)));
}

const boxOf = ({ width, height }: PointLabel, { x, y }: Place): Box => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

const grown = ({ left, right, top, bottom }: Box, by: number): Box => ({
  left: left - by,
  right: right + by,
  top: top - by,
  bottom: bottom + by,
});

const meet = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** From a place to the nearest place of a box; 0 inside. */
const distance = ({ left, right, top, bottom }: Box, { x, y }: Place): number =>
  Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));

/** Whether a segment has a place inside a box: clipped at its four sides (Liang and Barsky, 1984). */
function crosses({ left, right, top, bottom }: Box, from: Place, to: Place): boolean {
  let [enters, leaves] = [0, 1];
  for (const [start, step, low, high] of [
    [from.x, to.x - from.x, left, right],
    [from.y, to.y - from.y, top, bottom],
  ] as const) {
    if (step === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const [one, other] = [(low - start) / step, (high - start) / step];
    enters = Math.max(enters, Math.min(one, other));
    leaves = Math.min(leaves, Math.max(one, other));
  }
  return enters <= leaves;
}
