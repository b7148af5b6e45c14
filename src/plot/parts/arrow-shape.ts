/** Half the width of a shaft in CSS pixels. */
const SHAFT = 0.65;

/** Length of the longest head and its half width over its length. */
const HEAD = { most: 6.5, slope: 0.42 } as const;

/**
 * An arrow as an SVG path around its middle: a thin shaft and a head, filled. Short arrows have small heads.
 *
 * @param angle against the x axis, in radians, y pointing up. @param length in CSS pixels, as are all coordinates.
 */
export function arrowPath(angle: number, length: number): string {
  const [along, across] = [Math.cos(angle), Math.sin(angle)];
  const head = Math.min(HEAD.most, 0.55 * length);
  const shaft = Math.min(SHAFT, 0.3 * head);
  const neck = length / 2 - head;
  const outline: readonly (readonly [number, number])[] = [
    [-length / 2, -shaft],
    [neck, -shaft],
    [neck, -HEAD.slope * head],
    [length / 2, 0],
    [neck, HEAD.slope * head],
    [neck, shaft],
    [-length / 2, shaft],
  ];
  // Pixels point down.
  const corners = outline.map(
    ([x, y]) => `${rounded(x * along - y * across)},${rounded(-x * across - y * along)}`,
  );
  return `M${corners.join("L")}Z`;
}

/** Hundredths of a pixel, without a negative zero. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
