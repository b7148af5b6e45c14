import { hyperRule } from "../../hypersolver/index.js";
import {
  type ButcherTableau,
  type Field,
  type Span,
  type StepRule,
  tableauNamed,
  tableauRule,
} from "../../ode/index.js";
import { forOption, type LoadedCorrection } from "../files/models.js";
import { unusable } from "./usage-error.js";

/** The method of `--method`, as the library names it. */
export const methodOption = (name: string): ButcherTableau => forOption("--method", () => tableauNamed(name));

/** A correction brings its method along; another one is a contradiction. */
export function refuseOtherMethod(correction: LoadedCorrection, method: string | undefined): void {
  if (method === undefined || methodOption(method).name === correction.base.name) return;
  throw unusable(
    "--method",
    `${correction.base.name}, the base of the correction, or no --method`,
    method,
    "a correction works with the method it was fitted to only",
  );
}

interface FixedChoice {
  readonly method?: string;
  readonly steps?: number;
  readonly span?: Span;
}

/** A solve in equal steps, complete. */
export interface FixedSolve {
  readonly rule: StepRule;
  readonly steps: number;
  readonly span: Span;
}

/** The step rule that options describe. Steps and span default to those of the correction. */
export function fixedSolve(
  field: Field,
  correction: LoadedCorrection | undefined,
  choice: FixedChoice,
): FixedSolve {
  const { method, steps = correction?.card.steps, span = correction?.card.span } = choice;
  if (span === undefined) throw missing("--span", "from where to where, such as 0,1");
  if (steps === undefined) throw missing("--steps", "the number of equal steps");
  if (correction !== undefined) {
    refuseOtherMethod(correction, method);
    return { rule: hyperRule(field, correction), steps, span };
  }
  if (method === undefined) throw missing("--method", "a method, or --correction with a file");
  return { rule: tableauRule(field, methodOption(method)), steps, span };
}

/** An option that is needed in this combination. */
export const missing = (option: string, expected: string): Error => unusable(option, expected, "nothing");
