// @ts-check
/** All subjects, in the order in which they run. */
import { adaptive } from "./adaptive.mjs";
import { cnfSampling } from "./cnf-sampling.mjs";
import { cnfTraining } from "./cnf-training.mjs";
import { convInference } from "./conv-inference.mjs";
import { convTraining } from "./conv-training.mjs";
import { guard } from "./guard.mjs";
import { hyperTraining } from "./hyper-training.mjs";
import { memory } from "./memory.mjs";
import { training } from "./training.mjs";
import { unrolled } from "./unrolled.mjs";

/**
 * One question asked of the machine.
 * @typedef {object} Subject
 * @property {string} name
 * @property {string} title what is done, with all sizes
 * @property {string} unit of the measured times
 * @property {readonly ("torch" | "torchdiffeq")[]} needs what the peer must have
 * @property {(context: import("../lib/compare.mjs").Context) => Promise<import("../lib/report.mjs").Case[]>} run
 */

/** @type {readonly Subject[]} */
export const subjects = [
  adaptive,
  unrolled,
  training,
  hyperTraining,
  convTraining,
  convInference,
  cnfSampling,
  cnfTraining,
  guard,
  memory,
];
