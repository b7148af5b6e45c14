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
 * Measures our ways and, where there is a peer with prepared work, the peer's.
 * @param {Context} context
 * @param {{ name: string, ours: Ours[], theirs: Theirs | undefined, notes?: string[] }} request
 * @returns {Promise<import("./report.mjs").Case>}
 */
export async function compare({ plan, peer }, { name, ours, theirs, notes = [] }) {
  const sides = ours.map(({ label, work }) => localSide(label, work));
  if (peer !== undefined && theirs !== undefined) sides.push({ label: theirs.label, measure: peer.run });
  const times = await interleave(sides, plan);
  const rows = times.map((time, i) => ({
    label: sides[i]?.label ?? "",
    time,
    facts: (i < ours.length ? ours[i]?.facts : theirs?.facts) ?? {},
  }));
  const [first, last] = [times[0], times.at(-1)];
  /** @type {Record<string, number>} */
  const ratios = {};
  if (theirs !== undefined && first !== undefined && last !== undefined && times.length > ours.length) {
    ratios[`faster than ${theirs.label} (median of rounds)`] = speedup(first, last);
    ratios[`faster than ${theirs.label} (best run of each)`] = last.best / first.best;
  }
  return { name, rows, ratios, notes };
}
