import type { ButcherTableau } from "../tableau.js";
import { adaptiveHeun } from "./adaptive-heun.js";
import { alpha } from "./alpha.js";
import { bosh3 } from "./bosh3.js";
import { dopri5 } from "./dopri5.js";
import { dopri8 } from "./dopri8.js";
import { euler } from "./euler.js";
import { fehlberg2 } from "./fehlberg2.js";
import { heun } from "./heun.js";
import { heun3 } from "./heun3.js";
import { midpoint } from "./midpoint.js";
import { alphaForm, unknownMethod } from "./names.js";
import { ralston } from "./ralston.js";
import { rk4 } from "./rk4.js";
import { rk4ThreeEighths } from "./rk4-38.js";
import { tsit5 } from "./tsit5.js";

/** Every tableau of the library by its name, from the lowest order to the highest. */
export const tableaus: Readonly<Record<string, ButcherTableau>> = Object.freeze(
  Object.fromEntries(
    [
      euler,
      midpoint,
      heun,
      ralston,
      adaptiveHeun,
      fehlberg2,
      heun3,
      bosh3,
      rk4,
      rk4ThreeEighths,
      dopri5,
      tsit5,
      dopri8,
    ].map((tableau) => [tableau.name, tableau]),
  ),
);

const byName = new Map(
  Object.values(tableaus).flatMap((tableau) =>
    [tableau.name, ...tableau.aliases].map((name) => [name, tableau] as const),
  ),
);

/**
 * The tableau of a name or alias; undefined for one that the library does not have.
 * @throws INVALID_ARGUMENT for an invalid member of the alpha family.
 */
export function knownTableau(name: string): ButcherTableau | undefined {
  const node = alphaForm.exec(name);
  return node === null ? byName.get(name) : alpha(Number(node[1] ?? node[2]));
}

/**
 * The tableau of a name or alias, `alpha(0.4)` among them.
 * @throws INVALID_ARGUMENT that lists the known names.
 */
export function tableauNamed(name: string): ButcherTableau {
  const tableau = knownTableau(name);
  if (tableau !== undefined) return tableau;
  throw unknownMethod(name);
}
