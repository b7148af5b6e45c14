// @ts-check
/** Both sides of one case: ours measured here, the peer's measured there, in turns. */
import { interleave, localSide, speedup } from "./measure.mjs";

/**
 * What a subject is given.
 * @typedef {object} Context
 * @property {import("./measure.mjs").Plan} plan
 * @property {import("./peer.mjs").Peer | undefined} peer undefined: our side alone
 */

/**
 * @typedef {object} Ours
 * @property {string} label
 * @property {() => Promise<unknown>} work
 * @property {Record<string, number>} [facts]
 */

/**
 * @typedef {object} Theirs
 * @property {string} label
 * @property {Record<string, number>} [facts]
 */

/**
 * Measures our ways and, where there is a peer with prepared work, the peer with all its threads and with one:
 * on small work, or beside other work, one is often faster, and the fair opponent is the faster.
 * @param {Context} context
 * @param {{ name: string, ours: Ours[], theirs: Theirs | undefined, notes?: string[] }} request
 * @returns {Promise<import("./report.mjs").Case>}
 */
export async function compare({ plan, peer }, { name, ours, theirs, notes = [] }) {
  const sides = ours.map(({ label, work, facts = {} }) => ({ ...localSide(label, work), facts }));
  if (peer !== undefined && theirs !== undefined) {
    for (const threads of new Set([peer.facts.threads, 1])) {
      const label = `${theirs.label}, ${threads} thread${threads === 1 ? "" : "s"}`;
      const measure = (/** @type {number} */ repetitions) => peer.run(repetitions, threads);
      sides.push({ label, measure, facts: theirs.facts ?? {} });
    }
  }
  const times = await interleave(sides, plan);
  const rows = times.map((time, i) => ({ label: sides[i]?.label ?? "", time, facts: sides[i]?.facts ?? {} }));
  return { name, rows, ratios: ratiosOf(times, sides, ours.length), notes };
}

/**
 * Our first way against the peer's faster one.
 * @param {readonly import("./measure.mjs").Statistics[]} times
 * @param {readonly { label: string }[]} sides
 * @param {number} ours how many sides are ours
 */
function ratiosOf(times, sides, ours) {
  const [first] = times;
  const theirs = times.map((time, i) => ({ time, label: sides[i]?.label ?? "" })).slice(ours);
  const fastest = theirs.sort((a, b) => a.time.median - b.time.median)[0];
  if (first === undefined || fastest === undefined) return {};
  const best = Math.min(...theirs.map(({ time }) => time.best));
  return {
    [`faster than ${fastest.label} (median of rounds)`]: speedup(first, fastest.time),
    "faster by the best run of each": best / first.best,
  };
}
