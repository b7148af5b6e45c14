// @ts-check
/** Measuring sides in turns, so that noise of the machine meets all of them. */
import { sleep } from "./process.mjs";

/**
 * One way of doing the work.
 * @typedef {object} Side
 * @property {string} label
 * @property {(repetitions: number) => Promise<number[]>} measure milliseconds of each repetition
 */

/**
 * @typedef {object} Statistics
 * @property {number} median median over rounds of the medians of rounds
 * @property {number} best fastest single repetition
 * @property {number} low lowest median of a round
 * @property {number} high highest median of a round
 * @property {number[]} rounds medians of all rounds
 * @property {number} repetitions in one round
 */

/**
 * @typedef {object} Plan
 * @property {number} rounds
 * @property {boolean} quick one round of one repetition, few cases, small sizes: shows that everything works
 */

/**
 * All cases; in a quick run the first of them, which shows that the code works.
 * @template T @param {readonly T[]} cases @param {Plan} plan @returns {readonly T[]}
 */
export const someOf = (cases, { quick }) => (quick ? cases.slice(0, 1) : cases);

/** How long one side measures in one round. */
const roundMs = 1000;
/** Idle time between sides: threads of the last one stop spinning. */
const pauseMs = 50;

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

/** A side that calls a function of ours. @param {string} label @param {() => Promise<unknown>} work @returns {Side} */
export function localSide(label, work) {
  const measure = async (/** @type {number} */ repetitions) => {
    const times = [];
    for (let i = 0; i < repetitions; i++) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
    return times;
  };
  return { label, measure };
}

/**
 * Rounds A B A B …, with a pause after each side.
 * @param {readonly Side[]} sides
 * @param {Plan} plan
 * @returns {Promise<Statistics[]>}
 */
export async function interleave(sides, { rounds, quick }) {
  /** @type {number[]} */
  const repetitions = [];
  for (const side of sides) repetitions.push(await enough(side, quick));
  /** @type {number[][][]} */
  const times = sides.map(() => []);
  for (let round = 0; round < (quick ? 1 : rounds); round++) {
    for (const [i, side] of sides.entries()) {
      await sleep(pauseMs);
      times[i]?.push(await side.measure(repetitions[i] ?? 1));
    }
  }
  return times.map((ofSide, i) => summary(ofSide, repetitions[i] ?? 1));
}

/** Warms a side up and finds how many repetitions fill a round. @param {Side} side @param {boolean} quick */
async function enough(side, quick) {
  await sleep(pauseMs);
  const warm = await side.measure(quick ? 1 : 10);
  const typical = median(warm.slice(warm.length >> 1));
  return quick ? 1 : Math.min(2000, Math.max(5, Math.ceil(roundMs / typical)));
}

/** @param {readonly (readonly number[])[]} rounds @param {number} repetitions @returns {Statistics} */
function summary(rounds, repetitions) {
  const medians = rounds.map(median);
  return {
    median: median(medians),
    best: Math.min(...rounds.map((times) => Math.min(...times))),
    low: Math.min(...medians),
    high: Math.max(...medians),
    rounds: medians,
    repetitions,
  };
}

/** How many times faster `ours` is: the median of the ratios of rounds. @param {Statistics} ours @param {Statistics} theirs */
export const speedup = (ours, theirs) =>
  median(ours.rounds.map((time, round) => (theirs.rounds[round] ?? Number.NaN) / time));
