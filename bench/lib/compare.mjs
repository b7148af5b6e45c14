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
 * @property {string} [work] name under which the peer prepared it, where it prepared several
 * @property {Record<string, number>} [facts]
 */

/**
 * Measures our ways and, where there is a peer with prepared work, the peer with all its threads and with one:
 * on small work, or beside other work, one is often faster, and the fair opponent is the faster.
 * @param {Context} context
 * @param {{ name: string, ours: Ours[], theirs: Theirs | readonly Theirs[] | undefined, notes?: string[] }} request
 * @returns {Promise<import("./report.mjs").Case>}
 */
export async function compare({ plan, peer }, { name, ours, theirs, notes = [] }) {
  const sides = ours.map(({ label, work, facts = {} }) => ({ ...localSide(label, work), facts }));
  for (const { label, work, facts = {} } of peer === undefined ? [] : [theirs ?? []].flat()) {
    for (const threads of new Set([peer?.facts.threads ?? 1, 1])) {
      const measure = async (/** @type {number} */ repetitions) =>
        (await peer?.run(repetitions, threads, work)) ?? [];
      sides.push({ label: `${label}, ${threads} thread${threads === 1 ? "" : "s"}`, measure, facts });
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

/**
 * How many times faster one row is than another; of several rows whose labels begin alike, the fastest counts.
 * @param {readonly import("./report.mjs").Row[]} rows
 * @param {string} ours beginning of a label
 * @param {string} theirs beginning of a label
 * @param {(row: import("./report.mjs").Row) => number} [units] of work in a row: compares time a unit
 * @returns {number | undefined} where one of them is missing
 */
export function ratioOf(rows, ours, theirs, units = () => 1) {
  const fastest = (/** @type {string} */ beginning) =>
    rows
      .filter(({ label, time }) => label.startsWith(beginning) && time !== undefined)
      .sort((a, b) => (a.time?.median ?? 0) - (b.time?.median ?? 0))[0];
  const [a, b] = [fastest(ours), fastest(theirs)];
  if (a?.time === undefined || b?.time === undefined) return undefined;
  return (speedup(a.time, b.time) * units(a)) / units(b);
}

/** Leaves out what could not be compared. @param {Record<string, number | undefined>} ratios @returns {Record<string, number>} */
export const present = (ratios) =>
  Object.fromEntries(Object.entries(ratios).flatMap(([name, ratio]) => (ratio ? [[name, ratio]] : [])));
