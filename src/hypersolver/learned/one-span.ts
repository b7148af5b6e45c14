import type { Span } from "../../ode/index.js";
import { checkGrid, type Grid, gridText } from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";

/**
 * The grid of a method that was fitted to a whole span.
 * @throws INVALID_ARGUMENT for a span of one point.
 */
export function gridOver(span: Span): Grid {
  const grid: Grid = { mesh: span };
  checkGrid(grid);
  if (span[0] !== span[1]) return grid;
  throw fail("INVALID_ARGUMENT", {
    what: "span",
    expected: "two different numbers",
    received: span.join(", "),
  });
}

/** @throws INVALID_ARGUMENT for any grid but the own one. @param words what the method does not know, and what to take. */
export function requireOwnGrid(
  { text, grid }: { readonly text: string; readonly grid: Grid },
  other: Grid,
  words: { readonly limits: string; readonly instead: string },
): void {
  if (gridText(other) === gridText(grid)) return;
  throw fail("INVALID_ARGUMENT", {
    what: "grid",
    expected: `${gridText(grid)}, the span that ${text} was fitted to: ${words.limits}`,
    received: gridText(other),
    help: `fit one for that span, or take ${words.instead}`,
  });
}
