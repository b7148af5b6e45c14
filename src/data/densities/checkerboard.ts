import { fail } from "../../tensor/index.js";
import { brief, type Density, densityOf } from "./density.js";
import { requireCount, requireLength } from "./parameters.js";

/** Shape of a checkerboard. */
export interface CheckerboardOptions {
  /** Squares a side, even so that both colors cover the same area. Default 4. */
  readonly squares?: number;
  /** Half the side of the board, in data units: it covers [-halfSide, halfSide]². Default 4. */
  readonly halfSide?: number;
}

/**
 * The uniform distribution on the squares of one color, the lower left one among them: sharp edges everywhere.
 * Entropy: log of the covered area, log(2 · halfSide²), by default log 32.
 * @throws INVALID_ARGUMENT for an option out of range.
 * Reference: W. Grathwohl et al., FFJORD, ICLR 2019, toy data.
 */
export function checkerboard(options: CheckerboardOptions = {}): Density {
  const { squares = 4, halfSide = 4 } = options;
  requireEven("checkerboard: squares", squares);
  requireLength("checkerboard: halfSide", halfSide);
  const side = (2 * halfSide) / squares;
  const facts = {
    name: "checkerboard",
    title: "Checkerboard",
    description: `Uniform on every other square of a board of ${squares} × ${squares} squares of side ${brief(side)}, centered at the origin.`,
    entropy: Math.log(2 * halfSide ** 2),
  };
  return densityOf(facts, (random) => {
    const column = random.integer(0, squares - 1);
    const row = 2 * random.integer(0, squares / 2 - 1) + (column % 2);
    return [side * (column + random.uniform()) - halfSide, side * (row + random.uniform()) - halfSide];
  });
}

function requireEven(what: string, squares: number): void {
  requireCount(what, squares);
  if (squares % 2 === 0) return;
  throw fail("INVALID_ARGUMENT", { what, expected: "an even number", received: String(squares) });
}
