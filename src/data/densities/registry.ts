import { fail } from "../../tensor/index.js";
import { checkerboard } from "./checkerboard.js";
import { circles } from "./circles.js";
import type { Density } from "./density.js";
import { eightGaussians } from "./eight-gaussians.js";
import { moons } from "./moons.js";
import { type DensityName, densityNames } from "./names.js";
import { pinwheel } from "./pinwheel.js";
import { rings } from "./rings.js";
import { swissRoll } from "./swiss-roll.js";
import { twoSpirals } from "./two-spirals.js";

const makers: Readonly<Record<DensityName, () => Density>> = {
  pinwheel,
  rings,
  checkerboard,
  circles,
  "8-gaussians": eightGaussians,
  "two-spirals": twoSpirals,
  moons,
  "swiss-roll": swissRoll,
};

/** Every density with its default parameters, by name; the four of the hypersolver paper first. */
export const densities: Readonly<Record<string, Density>> = Object.freeze(
  Object.fromEntries(densityNames.map((name) => [name, makers[name]()])),
);

/** @throws INVALID_ARGUMENT listing the names there are. */
export function densityNamed(name: string): Density {
  const found = Object.hasOwn(densities, name) ? densities[name] : undefined;
  if (found !== undefined) return found;
  throw fail("INVALID_ARGUMENT", {
    what: "density",
    expected: `one of ${Object.keys(densities).join(", ")}`,
    received: JSON.stringify(name),
  });
}
