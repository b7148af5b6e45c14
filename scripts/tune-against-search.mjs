// @ts-check
/**
 * How far `tune` in a few minutes is from the best that an exhaustive search finds in an hour: on each field first the one,
 * then the other (classical methods, step control, and every learned solver by its longest fit, the cheapest solve first, until
 * one keeps to the error and all others would take longer, or the time is over), then both winners timed by turns on one
 * machine, on states by which nothing was chosen.
 * Usage: npm run build && node scripts/tune-against-search.mjs [--minutes 60] [--seconds 300] [--fields a,b] [--seed 0]
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ffjordField } from "../dist/experiments/ffjord.js";
import { baseStates } from "../dist/experiments/flow/flow-states.js";
import { authorsClassifier } from "../dist/experiments/images/authors-classifier.js";
import { searchAdaptive } from "../dist/experiments/tune/adaptive-search.js";
import { armsFor } from "../dist/experiments/tune/arms.js";
import { choose } from "../dist/experiments/tune/choose.js";
import { searchClassical } from "../dist/experiments/tune/classical-search.js";
import { costModel } from "../dist/experiments/tune/cost-model.js";
import { startDeadline } from "../dist/experiments/tune/deadline.js";
import { finalistsOf, measureFinals } from "../dist/experiments/tune/finals.js";
import { resolveTune, testStates, tuneGround } from "../dist/experiments/tune/ground.js";
import { predictedMilliseconds } from "../dist/experiments/tune/prospects.js";
import { startSearch } from "../dist/experiments/tune/search.js";
import { tuneSolver } from "../dist/experiments/tune/tune-solver.js";
import { normalStates } from "../dist/hypersolver/index.js";
import { decodeFlow } from "../dist/models/index.js";
import { stateType } from "../dist/ode/internal.js";
import { pretrainedFile } from "../dist/pretrained/index.js";

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seconds: { type: "string", default: "300" },
    fields: { type: "string", default: "ffjord,pinwheel,rings,mnist-authors" },
    seed: { type: "string", default: "0" },
  },
});
const [searchSeconds, seconds, seed] = [
  60 * Number(options.minutes),
  Number(options.seconds),
  Number(options.seed),
];
/** Share of the time that classical methods and step control may take. */
const PLAIN = 0.2;
/** Seconds for the last measurements of each. */
const FINALS = 15;

/** @param {string} name */
async function flowCase(name) {
  const flow = decodeFlow(readFileSync(pretrainedFile(name) ?? name), name);
  return { field: flow.field, states: baseStates(flow), spec: { error: 1e-2 } };
}

/** @type {Record<string, () => Promise<{ field: any, states: any, spec: Record<string, unknown> }>>} */
const cases = {
  ffjord: async () => ({ field: await ffjordField(), states: normalStates([2]), spec: { error: 1e-2 } }),
  pinwheel: () => flowCase("pinwheel"),
  rings: () => flowCase("rings"),
  // Images: the field of the authors' classifier, on noise of the size of its states.
  "mnist-authors": async () => {
    const { field } = await authorsClassifier();
    const shape = stateType(field).shape.slice(1).map(Number);
    return { field, states: normalStates(shape), spec: { error: 1e-2, relative: true } };
  },
};

/** Predicted times miss measured ones by up to this factor: what may be faster than the best is fitted. */
const SLACK = 1.1;

/**
 * Every learned solver that may be faster than the best so far, by its longest fit; the cheapest solve first, so that what is
 * left out could not win.
 * @param {any} ground @param {any} context
 */
async function exhaustive(ground, context) {
  const { field, span, states, memory } = ground;
  const deadline = startDeadline(searchSeconds, context);
  const search = startSearch(
    ground,
    { store: { read: async () => undefined, write: async () => {}, remove: async () => {} }, resume: false },
    deadline,
    context,
  );
  try {
    await searchClassical(search, PLAIN * search.left());
    await searchAdaptive(search, PLAIN * search.left());
    const arms = armsFor({ field, span, states, memory, seed })
      .filter(({ family }) => family !== "student")
      .map((arm) => ({ arm, /** @type {any[]} */ trials: [], rung: -1, isOver: false }));
    const faster = () => {
      const records = search.trials.map(({ record }) => record);
      const outlook = { records, model: costModel(records), states: arms };
      const limit = SLACK * (search.best()?.record.milliseconds ?? Number.POSITIVE_INFINITY);
      return arms
        .filter(({ isOver }) => !isOver)
        .map((state) => ({ state, milliseconds: predictedMilliseconds(state.arm, outlook) }))
        .filter(({ milliseconds }) => milliseconds < limit)
        .sort((a, b) => a.milliseconds - b.milliseconds);
    };
    for (let [next] = faster(); next !== undefined && search.left() > 0; [next] = faster()) {
      const { arm, trials } = next.state;
      next.state.isOver = true;
      const trial = await search.try(arm.candidate(arm.rungs.length - 1));
      if (trial !== undefined) trials.push(trial);
    }
    const fits = search.trials.filter(({ record }) => record.fit !== undefined).length;
    const left = faster().length;
    return { search, fits: `${fits} fits, ${left} left out by time, ${arms.length - fits - left} as slower` };
  } finally {
    deadline.release();
  }
}

/** @param {string} name */
async function compared(name) {
  const made = cases[name];
  if (made === undefined)
    throw new RangeError(`--fields: one of ${Object.keys(cases).join(", ")}, not ${name}`);
  const { field, states, spec } = await made();
  const tuning = await tuneSolver(field, { ...spec, seconds, seed }, { states });
  const ground = await tuneGround(field, resolveTune(field, { ...spec, seconds, seed }), states, {});
  const { search, fits } = await exhaustive(ground, {});
  const test = await testStates(ground, {});
  const own = await measureFinals(ground, test, finalistsOf(search, FINALS), FINALS, {});
  const best = choose(own.finalists, ground.spec);
  if (best === undefined) throw new Error(`${name}: nothing was found`);
  const both =
    best.winner.record.name === tuning.winner.record.name ? [best.winner] : [best.winner, tuning.winner];
  const { finalists } = await measureFinals(ground, test, both, FINALS, {});
  const timed = (/** @type {string} */ solver) => finalists.find(({ record }) => record.name === solver);
  const [searched, tuned] = [timed(best.winner.record.name), timed(tuning.winner.record.name)];
  return {
    field: name,
    tuned: tuning.winner.record.name,
    met: tuning.isMet,
    "tuned ms": tuned?.timing.milliseconds.toFixed(2),
    "tuned error": tuned?.test.value.toPrecision(3),
    searched: best.winner.record.name,
    "searched ms": searched?.timing.milliseconds.toFixed(2),
    "searched error": searched?.test.value.toPrecision(3),
    search: fits,
    ratio: (
      (tuned?.timing.milliseconds ?? Number.NaN) / (searched?.timing.milliseconds ?? Number.NaN)
    ).toFixed(3),
  };
}

console.log(
  `tune in ${seconds} s against every fit in ${options.minutes} min, seed ${seed}; wanted: a ratio of at most 1.15`,
);
for (const name of options.fields.split(",")) console.log(JSON.stringify(await compared(name)));
