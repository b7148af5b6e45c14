import { describe, expect, it } from "vitest";
import { lineProgress, redrawn } from "../../../../src/cli/terminal/progress.js";

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

  it("knows no pace at the first word of a stage, and counts from there", () => {
    const lines: string[] = [];
    let time = 0;
    const progress = lineProgress(
      (text) => lines.push(text),
      () => time,
    );
    for (const done of [40, 50, 60]) {
      time += 5000;
      progress.update({ name: "training", done, total: 100 });
    }
    expect(lines).toEqual([
      "training: 40%, 40/100\n",
      "training: 50%, 50/100, 25 s left\n",
      "training: 60%, 60/100, 20 s left\n",
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

describe("a picture above a bar", () => {
  /** What a terminal shows in the end, of line feeds, "cursor up", "clear below" and text. */
  function shown(codes: string): string[] {
    const lines = [""];
    let at = 0;
    for (const part of codes.replaceAll("\u001b", "<").match(/<\[\d*[AJ]|<7|\n|\r|[^<\n\r]+/g) ?? []) {
      if (part === "\n") lines[++at] ??= "";
      else if (part.endsWith("A")) at -= Number(part.slice(2, -1));
      else if (part === "<[J") lines.splice(at, lines.length, "");
      else if (part !== "\r" && part !== "<7") lines[at] = part;
    }
    return lines;
  }

  it("takes the place of the one before, whatever its height", () => {
    const bar = "searching ███ 40%";
    const twice = `${bar}${redrawn(["a", "b", "c"], 0)}${bar}${redrawn(["d"], 3)}${bar}`;
    expect(shown(twice)).toEqual(["d", bar]);
    expect(shown(`before\n${bar}${redrawn(["a"], 0)}${bar}`)).toEqual(["before", "a", bar]);
  });
});
