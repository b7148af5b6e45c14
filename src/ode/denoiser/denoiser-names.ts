/** What networks predict, how noise grows, what s runs evenly through: in a file that loads nothing, for help. */
export const predictions = ["velocity", "epsilon", "x0", "v"] as const;
export const scheduleNames = [
  "rectified-flow",
  "rectified-flow-sigma",
  "linear",
  "scaled-linear",
  "cosine",
  "edm",
] as const;
export const spacings = ["time", "log-snr", "sigma"] as const;
export const variables = ["state", "scaled"] as const;
