import { meantAdvice } from "../../../spec/internal.js";
import { fail } from "../../../tensor/errors.js";

/** The names of `tableaus`, from the lowest order to the highest, with their aliases: light enough for help. */
export const methodAliases: Readonly<Record<string, readonly string[]>> = {
  euler: ["forward_euler"],
  midpoint: ["modified_euler", "rk2"],
  heun: ["heun2", "improved_euler", "explicit_trapezoid"],
  ralston: ["ralston2"],
  adaptive_heun: ["heun_euler"],
  fehlberg2: ["rkf12"],
  heun3: [],
  bosh3: ["bogacki_shampine", "ode23"],
  rk4: ["rk4_classic", "runge_kutta4"],
  rk4_38: ["rk4_three_eighths", "kutta_38"],
  dopri5: ["dormand_prince", "ode45"],
  tsit5: ["tsitouras"],
  dopri8: ["rk8pd", "prince_dormand8"],
};

export const methodNames: readonly string[] = Object.keys(methodAliases);

const spellings: readonly string[] = [...methodNames, ...Object.values(methodAliases).flat()];

/** Where a shell minds parentheses, `alpha-0.4` means `alpha(0.4)`. */
export const alphaForm: RegExp = /^alpha(?:\((.+)\)|-(.+))$/;

/** Whether a tableau goes by this name or alias. */
export const isTableauName = (name: string): boolean => spellings.includes(name) || alphaForm.test(name);

/**
 * Checks the name or alias of a tableau.
 * @throws INVALID_ARGUMENT that lists the known names.
 */
export function requireTableauName(name: string): void {
  if (!isTableauName(name)) throw unknownMethod(name);
}

/** @param others names that are methods there too. */
export function unknownMethod(name: string, others: readonly string[] = []): Error {
  return fail("INVALID_ARGUMENT", {
    what: "method",
    expected: `one of ${[...methodNames, ...others].join(", ")}, alpha(…)`,
    received: JSON.stringify(name),
    help: meantAdvice(name, [...spellings, ...others]),
  });
}
