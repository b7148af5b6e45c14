import type { DType } from "../../tensor/index.js";
import type { Emitter } from "../operator.js";

/**
 * Coefficients of W. J. Cody, "Rational Chebyshev approximation for the error function" (1969):
 * erf on |x| ≤ 0.5, erfc on 0.46875 ≤ |x| ≤ 4 and beyond. Printed decimals, highest power first.
 */
const small = {
  p: [
    1.85777706184603153e-1, 3.1611237438705656, 1.1386415415105016e2, 3.77485237685302021e2,
    3.20937758913846947e3,
  ],
  q: [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3],
};
const middle = {
  p: [
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
    2.98635138197400131e2, 8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3,
    1.23033935479799725e3,
  ],
  q: [
    1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
  ],
};

const boundary = 0.46875;
/** Beyond this erf is ±1 in float64, and `middle` is accurate enough up to it for erf (not for erfc). */
const saturation = 5.9215871960640265;

const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((value, coefficient) => value * x + coefficient, 0);

/** The error function to about 1e-16 absolute. */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude <= boundary) return (x * horner(small.p, x * x)) / horner(small.q, x * x);
  if (magnitude > saturation) return Math.sign(x);
  const erfc = (Math.exp(-x * x) * horner(middle.p, magnitude)) / horner(middle.q, magnitude);
  return Math.sign(x) * (1 - erfc);
}

/** ONNX Runtime has no float64 Erf: the same two rational functions, chosen by Where. */
export function encodeErf(
  emitter: Emitter,
  inputs: readonly string[],
  { dtype }: { readonly dtype: DType },
): string {
  const [x = ""] = inputs;
  if (dtype !== "float64") return emitter.node("Erf", [x]);
  const scalar = (value: number): string => emitter.scalar(value, "float64");
  const polynomial = ([lead = 0, ...rest]: readonly number[], variable: string): string =>
    rest.reduce(
      (value, coefficient) =>
        emitter.node("Add", [emitter.node("Mul", [value, variable]), scalar(coefficient)]),
      scalar(lead),
    );
  const ratio = ({ p, q }: typeof small, variable: string): string =>
    emitter.node("Div", [polynomial(p, variable), polynomial(q, variable)]);
  const magnitude = emitter.node("Min", [emitter.node("Abs", [x]), scalar(saturation)]);
  const square = emitter.node("Mul", [magnitude, magnitude]);
  const nearZero = emitter.node("Mul", [magnitude, ratio(small, square)]);
  const decay = emitter.node("Exp", [emitter.node("Neg", [square])]);
  const far = emitter.node("Sub", [scalar(1), emitter.node("Mul", [decay, ratio(middle, magnitude)])]);
  const isSmall = emitter.node("Less", [magnitude, scalar(boundary)]);
  return emitter.node("Mul", [emitter.node("Sign", [x]), emitter.node("Where", [isSmall, nearZero, far])]);
}
