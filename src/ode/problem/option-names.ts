import { meantAdvice } from "../../spec/internal.js";
import { fail } from "../../tensor/index.js";
import type { SolveRequest } from "./solve-request.js";

/** The names of an options type, as a record: the compiler sees that none is missing and none too many. */
export type OptionNames<O> = Readonly<Record<keyof O, true>>;

/** What every solve is asked. */
export const requestNames: OptionNames<SolveRequest<unknown>> = {
  method: true,
  span: true,
  times: true,
  signal: true,
  onStep: true,
};

const STEPS = 'steps belong to the method: method: "heun:4", or fixed(heun, { steps: 4 })';
const TOLERANCES =
  'tolerances belong to the method: method: "dopri5@1e-5", or adaptive(dopri5, { rtol: 1e-5, atol: 1e-5 })';
const CONTROL = "step control belongs to the method: method: adaptive(dopri5, { rtol, atol, … })";
const METHOD =
  'call it method: "heun:4", "dopri5@1e-5", fixed(heun, { steps: 4 }) or hyper(correction, { steps: 1 })';

/** What is asked for elsewhere, or was once: where it belongs. */
const belongs: Readonly<Record<string, string>> = {
  steps: STEPS,
  mesh: "points belong to the method: method: fixed(heun, { mesh: [0, 0.5, 1] })",
  rtol: TOLERANCES,
  atol: TOLERANCES,
  tolerance: TOLERANCES,
  tolerances: TOLERANCES,
  correction: "a correction is part of the method: method: hyper(correction, { steps: 1 })",
  solver: METHOD,
  rule: METHOD,
  tableau: METHOD,
  control: CONTROL,
  controller: CONTROL,
  stepController: CONTROL,
  firstStep: CONTROL,
  minStep: CONTROL,
  maxStep: CONTROL,
  maxSteps: CONTROL,
  lastStep: CONTROL,
  norm: CONTROL,
  toleranceColumns: CONTROL,
  controlStateAlone: "it is called toleranceOnState",
};

/**
 * An option that nobody reads would be left out in silence: plain JavaScript has no compiler to say so.
 * @param what the function that was called.
 * @throws INVALID_ARGUMENT for the first name that is not among the known ones; it says where the option belongs.
 */
export function checkOptionNames<O extends object>(what: string, options: O, known: OptionNames<O>): void {
  const names = Object.keys(known);
  const unknown = Object.entries(options).find(
    ([name, value]) => value !== undefined && !Object.hasOwn(known, name),
  )?.[0];
  if (unknown === undefined) return;
  throw fail("INVALID_ARGUMENT", {
    what: `${what}: ${unknown}`,
    expected: `options among ${names.join(", ")}`,
    received: unknown,
    help: Object.hasOwn(belongs, unknown) ? belongs[unknown] : meantAdvice(unknown, names),
  });
}
