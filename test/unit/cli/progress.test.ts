import { describe, expect, it } from "vitest";
import { lineProgress } from "../../../src/cli/progress.js";

describe("progress without a terminal", () => {
  it("writes a line every few seconds, with the time left, and the end of what it began", () => {
    const lines: string[] = [];
    let time = 0;
    const progress = lineProgress(
      (text) => lines.push(text),
      () => time,
    );
    for (let done = 0; done <= 100; done++) {
      progress.update({ name: "fitting", done, total: 100, detail: "loss 0.1" });
      time += 66.7;
    }
    expect(lines).toEqual([
      "fitting: 30%, 30/100, 5 s left, loss 0.1\n",
      "fitting: 60%, 60/100, 3 s left, loss 0.1\n",
      "fitting: 90%, 90/100, 1 s left, loss 0.1\n",
      "fitting: 100%, 100/100, loss 0.1\n",
    ]);
  });

  it("says nothing about what is over at once", () => {
    const lines: string[] = [];
    const progress = lineProgress(
      (text) => lines.push(text),
      () => 0,
    );
    progress.update({ name: "solving references", done: 0, total: 1 });
    progress.update({ name: "solving references", done: 1, total: 1 });
    expect(lines).toEqual([]);
  });
});
