import { formatNats } from "../../experiments/internal.js";
import { formatNumber, formatPercent } from "../../plot/internal.js";
import type { ProgressEvent } from "../../runtime/index.js";
import type { Progress } from "./progress.js";

/** The numbers of an event that are shown, in this order. */
const words: Readonly<Record<string, (value: number) => string>> = {
  loss: (value) => `loss ${formatNumber(value)}`,
  accuracy: (value) => `accuracy ${formatPercent(value)}`,
  validationAccuracy: (value) => `validation ${formatPercent(value)}`,
  nfe: (value) => `NFE ${formatNumber(value)}`,
  nll: (value) => `NLL ${formatNats(value)}`,
  error: (value) => `validation error ${formatNumber(value)}`,
  imagesPerSecond: (value) => `${formatNumber(value)} images/s`,
};

/** Numbers that come now and then, each shown until the next. */
const lasting = ["validationAccuracy", "nll", "error"];

/** Progress of whatever takes long: fits, trainings, measurements. */
export function showProgress(progress: Progress): (event: ProgressEvent) => void {
  let kept: Readonly<Record<string, number>> = {};
  let last = { stage: "", done: 0 };
  return ({ stage, done, total, detail, picture, metrics = {} }) => {
    if (stage !== last.stage || done < last.done) kept = {};
    last = { stage, done };
    const known = { ...kept, ...metrics };
    kept = Object.fromEntries(Object.entries(known).filter(([name]) => lasting.includes(name)));
    const facts = Object.entries(words).flatMap(([name, said]) => {
      const value = known[name];
      return value === undefined ? [] : [said(value)];
    });
    const text = detail ?? facts.join(", ");
    progress.update({ name: stage, done, total, picture, detail: text === "" ? undefined : text });
  };
}
