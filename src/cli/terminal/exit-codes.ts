/** Exit code where there is a result, and not the one that was wanted: `tune` and `fit` say why. */
export const MISSED = 3;
