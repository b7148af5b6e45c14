import { expect, test } from "vitest";
import { jsonLinesProgress, withWarningEvents } from "../../../../src/cli/terminal/json-lines.js";

test("progress and warnings are lines of JSON, the first and the last of a stage and some between", () => {
  const lines: string[] = [];
  const output = {
    ...{ result: (text: string) => void lines.push(text), data: () => {} },
    ...{ note: () => {}, warn: () => {} },
  };
  let time = 0;
  const progress = jsonLinesProgress(output, () => time);
  for (let done = 1; done <= 10; done++) {
    progress.update({ name: "fitting", done, total: 10, detail: done === 10 ? "loss 1" : undefined });
    time += 60;
  }
  progress.update({ name: "measuring", done: 1, total: 5 });
  withWarningEvents(output).warn("far");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    ...[1, 6].map((done) => ({ event: "progress", stage: "fitting", done, total: 10 })),
    { event: "progress", stage: "fitting", done: 10, total: 10, detail: "loss 1" },
    { event: "progress", stage: "measuring", done: 1, total: 5 },
    { event: "warning", message: "far" },
  ]);
});
