/** Rows that every fit has, of a correction or of coefficients. */
export const spanRow = {
  type: "span",
  default: [0, 1],
  placeholder: "t0,t1",
  group: "What to fit:",
  help: "from where to where; t1 < t0 runs backwards",
} as const;
