import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import type { Estimate } from "./estimate.js";
import type { Finalist } from "./finals.js";
import { goalText, measureText } from "./goal.js";
import { isStiff } from "./trial.js";
import type { Tuning } from "./tune-solver.js";

/** What the solver is, how good and how fast, and whether learning paid. */
export function verdictText(tuning: Tuning): string {
  const sentences = tuning.isMet ? metSentences(tuning) : missedSentences(tuning);
  if (isStiff(tuning.trials)) sentences.push(stiffSentence(tuning));
  const { warning } = tuning.ground.selection;
  if (warning !== undefined) sentences.push(`${warning.replace(/^./, (letter) => letter.toUpperCase())}.`);
  return sentences.join(" ");
}

function stiffSentence({ trials }: Tuning): string {
  const tried = trials.some(({ name }) => name.startsWith("rodas4"))
    ? "rodas4, which is implicit, was tried"
    : "try rodas4, which is implicit";
  return `The field is stiff: stability, not tolerance, kept the steps of explicit pairs short; ${tried}.`;
}

function metSentences({
  winner,
  plain,
  learned,
  student,
  missed,
  spec,
  trials,
  isExhausted,
}: Tuning): string[] {
  const sentences = [
    `${subject(winner)} is the fastest solver found with ${goalText(spec)}: ${worth(winner)}.`,
  ];
  if (winner === plain) {
    if (learned !== undefined)
      sentences.push(`${subject(learned)} ${comparedWith(learned, winner)}: nothing learned is needed.`);
    else sentences.push(nothingLearned(trials, isExhausted));
  } else if (plain === undefined) {
    sentences.push("Nothing without learning keeps to that.");
  } else {
    const factor = plain.timing.milliseconds / winner.timing.milliseconds;
    sentences.push(
      `Without learning the fastest is ${plain.record.name}: ${worth(plain)}, ${formatNumber(factor)} times the time.`,
    );
  }
  if (student !== undefined) sentences.push(studentSentence(student, winner));
  if (missed.length > 0)
    sentences.push(
      `Faster, but not close enough on the test states: ${missed.map(({ record }) => record.name).join("; ")}.`,
    );
  return sentences;
}

/** What a network without f can do says what f is needed for. */
function studentSentence(student: Finalist, winner: Finalist): string {
  const factor = student.timing.milliseconds / winner.timing.milliseconds;
  const speed = factor < 1 ? "faster" : `slower, ${formatNumber(factor)} times the time`;
  return (
    `A network that never evaluates the field (${student.record.name}) keeps to it as well and is ${speed}: ${worth(student)}. ` +
    "It is no solver: it knows this span and states like these alone."
  );
}

/** Whether it was looked for long enough is a part of that. */
function nothingLearned(trials: Tuning["trials"], isExhausted: boolean): string {
  const fits = trials.filter(({ fit, family }) => fit !== undefined && family !== "student").length;
  if (isExhausted)
    return "Nothing that could be learned promises to be as fast and as close: nothing learned is needed.";
  if (fits === 0) return "There was no time to learn anything: more --seconds may find a faster one.";
  const tried =
    fits === 1
      ? "The fit that there was time for is not"
      : `None of the ${fits} fits that there was time for is`;
  return `${tried} as fast and as close; more --seconds may find one.`;
}

function missedSentences({ winner, spec, seconds, trials }: Tuning): string[] {
  const took = formatMilliseconds(1000 * seconds.search);
  return [
    `No solver found has ${goalText(spec)} (${trials.length} tried in ${took}).`,
    `The closest is ${subject(winner)}: ${worth(winner)}.`,
    advice(winner, spec),
  ];
}

/** Ends of the interval of a mean this far apart come of a few states. */
const UNEVEN = 100;

/** What would help: more time to search, or less to be asked. */
function advice(
  { test, timing }: Finalist,
  { error, milliseconds, seconds, quantile }: Tuning["spec"],
): string {
  if (milliseconds !== undefined && timing.milliseconds > milliseconds)
    return "Nothing is as fast as that: allow more --milliseconds, or solve smaller batches (--batch).";
  if (milliseconds !== undefined && test.value > error)
    return `Allow more --milliseconds or a larger --error, such as ${formatNumber(test.high)}, or more --seconds to learn.`;
  if (quantile === undefined && test.low < error && test.high > UNEVEN * test.low)
    return "A few states make most of the mean: --quantile 0.95 asks for the error of 95 of 100.";
  return `Allow a larger --error, such as ${formatNumber(test.high)}, or more --seconds than ${seconds}; below the rounding of the field's numbers no solver comes.`;
}

function comparedWith({ timing }: Finalist, winner: Finalist): string {
  const factor = timing.milliseconds / winner.timing.milliseconds;
  return factor < 1
    ? "is as fast, within the noise of the clock"
    : `takes ${formatNumber(factor)} times the time`;
}

/** `heun:4 (8 evaluations)`. */
const subject = ({ record: { name, nfe, gCalls } }: Finalist): string => {
  const g = gCalls > 0 ? `, ${gCalls} of g` : "";
  return `${name} (${formatNumber(nfe)} evaluation${nfe === 1 ? "" : "s"}${g})`;
};

const worth = ({ timing, test }: Finalist): string =>
  `${formatMilliseconds(timing.milliseconds)} a batch, error ${estimateText(test)}`;

/** `0.00912 [0.0088, 0.0094]`. */
export const estimateText = ({ value, low, high }: Estimate): string =>
  `${formatNumber(value)} [${formatNumber(low)}, ${formatNumber(high)}]`;

/** What the numbers mean, for the heading of a table. */
export function measuredText({ spec, test, ground }: Tuning): string {
  const { samples, selection, batch, reference } = {
    samples: test.samples.z0.shape[0],
    selection: ground.selection.samples.z0.shape[0],
    batch: ground.batch.z0.shape[0],
    reference: ground.reference.text,
  };
  return (
    `The ${measureText(spec)} at s = ${spec.span[1]} against ${reference} on ${samples} test states, by which nothing was chosen ` +
    `(the search went by ${selection} others), with the interval of 95 %. Times are medians of rounds in which solvers take turns, ` +
    `for batches of ${batch}.`
  );
}
