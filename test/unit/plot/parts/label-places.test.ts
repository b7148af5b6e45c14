import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Dot, type Drawn, type Place, placeLabels } from "../../../../src/plot/parts/label-places.js";

const frame = { width: 200, height: 150 };
const size = { width: 30, height: 10 };

/** Labels of some of the dots; lines through all dots of a group. */
const labelsOf = (dots: readonly Dot[]) => dots.map((dot) => ({ dot, ...size, rivals: dots }));

const overlap = (a: Place, b: Place): boolean =>
  Math.abs(a.x - b.x) < size.width && Math.abs(a.y - b.y) < size.height;

/** Distance of a text to a place. */
const away = (middle: Place, { x, y }: Place): number =>
  Math.hypot(
    Math.max(0, Math.abs(x - middle.x) - size.width / 2),
    Math.max(0, Math.abs(y - middle.y) - size.height / 2),
  );

/** Places along a line, half a pixel apart. */
const along = (line: readonly Place[]): Place[] =>
  line.slice(1).flatMap((to, i) => {
    const from = line[i] ?? to;
    const count = 1 + Math.ceil(2 * Math.hypot(to.x - from.x, to.y - from.y));
    return Array.from({ length: count + 1 }, (_, j) => ({
      x: from.x + ((to.x - from.x) * j) / count,
      y: from.y + ((to.y - from.y) * j) / count,
    }));
  });

const dot = fc.record({
  x: fc.integer({ min: 0, max: frame.width }),
  y: fc.integer({ min: 0, max: frame.height }),
  radius: fc.constantFrom(3.5, 5.5),
});

describe("placeLabels", () => {
  it("keeps texts off points, lines, the frame and each other, nearest to their own points", () => {
    fc.assert(
      fc.property(fc.array(fc.array(dot, { maxLength: 8 }), { minLength: 1, maxLength: 4 }), (lines) => {
        const drawn: Drawn = { dots: lines.flat(), lines };
        const labels = lines.flatMap(labelsOf);
        const places = placeLabels(labels, drawn, frame);
        const found = places.filter((place) => place !== undefined);
        const lined = lines.flatMap(along);
        const faults = places.flatMap((place, i) => {
          const label = labels[i];
          if (place === undefined || label === undefined) return [];
          const { x, y } = place;
          const near = away(place, label.dot) - 1e-9;
          return [
            x < size.width / 2 || x > frame.width - size.width / 2 ? "frame" : "",
            y < size.height / 2 || y > frame.height - size.height / 2 ? "frame" : "",
            drawn.dots.some((own) => away(place, own) <= own.radius) ? "point" : "",
            lined.some((at) => away(place, at) === 0) ? "line" : "",
            label.rivals.some((rival) => away(place, rival) < near) ? "rival" : "",
            found.some((other) => other !== place && overlap(place, other)) ? "text" : "",
          ].filter(Boolean);
        });
        expect(faults).toEqual([]);
        expect(placeLabels(labels, drawn, frame)).toEqual(places);
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it("writes below left of a point that is alone", () => {
    const own = { x: 100, y: 75, radius: 5 };
    const [place] = placeLabels(labelsOf([own]), { dots: [own], lines: [] }, frame);
    expect(place?.x).toBeLessThan(100);
    expect(place?.y).toBeGreaterThan(75);
    expect(away(place as Place, own)).toBeLessThan(10);
  });

  it("finds room for four texts of points on top of each other", () => {
    const dots = Array.from({ length: 4 }, () => ({ x: 100, y: 75, radius: 5 }));
    const places = placeLabels(labelsOf(dots), { dots, lines: [] }, frame);
    expect(new Set(places.map((place) => `${place?.x} ${place?.y}`)).size).toBe(4);
    expect(places).not.toContain(undefined);
  });

  it("leaves out what has no place", () => {
    const own = { x: 15, y: 10, radius: 5 };
    expect(placeLabels(labelsOf([own]), { dots: [own], lines: [] }, { width: 31, height: 20 })).toEqual([
      undefined,
    ]);
    // Lines 8 pixels apart over all the plot leave no room for a text of 10.
    const lines = Array.from({ length: 20 }, (_, i) => [
      { x: 0, y: 8 * i },
      { x: 200, y: 8 * i },
    ]);
    const middle = { x: 100, y: 75, radius: 5 };
    expect(placeLabels(labelsOf([middle]), { dots: [middle], lines }, frame)).toEqual([undefined]);
  });

  it("lets the text with the fewest places choose first", () => {
    // The second point has places only on its right side, where the first would have liked to write.
    const wall = [
      { x: 94, y: 0 },
      { x: 94, y: 150 },
    ];
    const dots = [
      { x: 145, y: 70, radius: 5 },
      { x: 100, y: 75, radius: 5 },
    ];
    const labels = dots.map((own) => ({ dot: own, ...size, rivals: [] }));
    const places = placeLabels(labels, { dots, lines: [wall] }, frame);
    expect(places).not.toContain(undefined);
  });
});
