/** Every density by name; the four of the hypersolver paper first. */
export const densityNames = [
  "pinwheel",
  "rings",
  "checkerboard",
  "circles",
  "8-gaussians",
  "two-spirals",
  "moons",
  "swiss-roll",
] as const;
/** One of those densities. */
export type DensityName = (typeof densityNames)[number];
