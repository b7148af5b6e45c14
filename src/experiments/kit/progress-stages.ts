/** What progress calls the parts of a run that are no training. */
export const MEASURING_METHODS = "measuring methods";
export const CALIBRATING = "calibrating bounds of errors";
export const MEASURING_DENSITY = "measuring on held-out data";
export const DRAWING = "drawing";
