/** How close the solves are that errors are measured against. */
export const measuringToleranceRow = {
  type: "number",
  above: 0,
  otherwise: "1e-8; images: 1e-6",
  placeholder: "x",
  help: "rtol = atol of the reference that errors are measured against; looser for fields that jump",
} as const;
