import { decodeLearned } from "../../../hypersolver/index.js";
import { formatNumber } from "../../../plot/internal.js";
import type { JobResult } from "../../command.js";
import type { Output } from "../../terminal/output.js";
import { boundsText } from "./bounds-text.js";

/** What `info` tells of a solver that was learned as a whole: `coefficients.json`, `learned.onnx`, a student. */
export function learnedInfo(bytes: Uint8Array, file: string, output: Output): JobResult {
  const { method, card, intact } = decodeLearned(bytes, file);
  if (!intact) output.warn("the weights of this solver were changed after its card was written");
  const facts: (readonly [string, string])[] = [
    ["file", `${file}, ${bytes.length} bytes: a learned solver (fit with hypersolvers)`],
    ["method", `${method.title}, ${method.text}`],
  ];
  if (card !== undefined)
    facts.push(
      [
        "error",
        `${formatNumber(card.bestError)} on validation states, ${formatNumber(card.startError)} at the start`,
      ],
      ["states", card.states],
      ["made", `by ${card.library}, seed ${card.seed}, for the field with fingerprint ${card.fingerprint}`],
    );
  const lines = facts.map(([name, value]) => `${name.padEnd(13)}${value}`);
  const bounds = card?.calibration === undefined ? [] : ["", boundsText(card.calibration)];
  return {
    text: [...lines, ...bounds].join("\n"),
    json: {
      file,
      bytes: bytes.length,
      kind: "learned",
      method: method.text,
      spec: method.spec,
      card,
      intact,
    },
  };
}
