// @ts-check
/**
 * Estimates the entropy of every density of the plane in nats: what no flow's negative log-likelihood can be below. By
 * histogram, with Miller and Madow's correction for cells that are hit rarely; cells flatten the density, which adds about
 * side² / 24 times its Fisher information (0.001 for rings of width 0.24).
 * Usage: node scripts/estimate-entropies.mjs [DRAWS [SIDE]]   (default 2e7 draws, cells of 0.04)
 */
import { densities } from "../dist/data/index.js";
import { Random } from "../dist/tensor/index.js";

const AT_ONCE = 200_000;
/** All densities lie within. */
const REACH = 12;

/**
 * @param {import("../dist/data/index.js").Density} density
 * @param {number} draws
 * @param {number} side
 */
function entropyOf(density, draws, side) {
  const cells = Math.round((2 * REACH) / side);
  const counts = new Uint32Array(cells * cells);
  const random = new Random(0);
  const cell = (/** @type {number} */ x) => Math.floor((x + REACH) / side);
  for (let done = 0; done < draws; done += AT_ONCE) {
    const { data } = density.sample(Math.min(AT_ONCE, draws - done), random);
    for (let i = 0; i < data.length; i += 2) {
      const at = cell(Number(data[i])) * cells + cell(Number(data[i + 1]));
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  const hit = counts.filter((count) => count > 0);
  const plain = hit.reduce((sum, count) => sum - (count / draws) * Math.log(count / draws / side ** 2), 0);
  return plain + (hit.length - 1) / (2 * draws);
}

const [draws = 2e7, side = 0.04] = process.argv.slice(2).map(Number);
for (const [name, density] of Object.entries(densities)) {
  const known = density.entropy === undefined ? "" : `   (exactly ${density.entropy.toFixed(4)})`;
  console.log(`${name.padEnd(16)} ${entropyOf(density, draws, side).toFixed(4)}${known}`);
}
