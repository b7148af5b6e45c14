import type { OperatorFacts } from "../operator.js";

/** Facts of operators that move, pick or gather up elements. A record names those in which it differs. */
export const movesElements: OperatorFacts = {
  product: false,
  macs: () => 0,
  broadcasts: false,
  repeats: false,
  commutative: false,
  neutral: undefined,
  windows: false,
  mixesRows: () => false,
  convert: () => undefined,
  simplify: () => undefined,
};

/** Facts of products of two operands, all but what they cost. */
export const multiplies: Omit<OperatorFacts, "macs"> = { ...movesElements, product: true };
