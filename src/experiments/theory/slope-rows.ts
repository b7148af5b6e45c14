import { powerLaw } from "../../metrics/index.js";
import { isBroken } from "../../tensor/index.js";
import type { ResultRow } from "../kit/result-row.js";
import type { LocalErrors } from "./local-errors.js";

/** Below it an error is rounding of states of size 1 in float64. */
const ROUNDING = 1e-14;

/** Slope through the errors that are more than rounding, and how many times those of the base alone they are. */
export const slopeRows = (all: readonly LocalErrors[]): ResultRow[] =>
  all.map(({ base, order, delta, errors }) => {
    const key = { base, "p + 1": order + 1, "δ of g": delta ?? "no g" };
    if (isBroken(errors)) return { key, outcome: errors };
    const largest = { "largest error": Math.max(...errors.map(({ error }) => error)) };
    const alone = all.find((other) => other.base === base && other.delta === undefined)?.errors;
    const told = errors.filter(({ error }) => error > ROUNDING);
    if (alone === undefined || isBroken(alone) || told.length < 2) return { key, outcome: largest };
    const { exponent } = powerLaw(told.map(({ epsilon, error }) => ({ x: epsilon, y: error })));
    const ratios = told.map(
      ({ epsilon, error }) => error / (alone.find((other) => other.epsilon === epsilon)?.error ?? error),
    );
    const over = Math.exp(ratios.reduce((total, ratio) => total + Math.log(ratio) / ratios.length, 0));
    return { key, outcome: { slope: exponent, "constant over base's": over, ...largest } };
  });
