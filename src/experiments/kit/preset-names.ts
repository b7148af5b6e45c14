/** How much a run spends, from the least to the paper's. */
export const presetNames = ["smoke", "standard", "paper"] as const;
/** `smoke`: seconds, for CI. `standard`: minutes, up to two hours where images are trained on; what README figures come from. `paper`: the paper's setting. */
export type Preset = (typeof presetNames)[number];
