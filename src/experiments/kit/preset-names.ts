/** How much a run spends, from the least to the paper's. */
export const presetNames = ["smoke", "standard", "paper"] as const;
