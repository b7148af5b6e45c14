import { describe, expect, test } from "vitest";
import type { Table } from "../../../src/spec/index.js";
import { helpOf, unitedTable } from "../../../src/spec/internal.js";

const walk = {
  pace: { type: "integer", min: 1, max: 200, required: true, help: "steps a minute" },
  rest: { type: "choice", of: ["never", "often"], default: "never", help: "{choices}" },
  seed: { type: "integer", max: 9, default: 0, flag: "--start", help: "where to begin" },
} as const satisfies Table;
const ride = {
  rest: { type: "choice", of: ["at inns"], default: "at inns", help: "{choices}: as the horse likes" },
  seed: { type: "integer", max: 9, default: 0, flag: "--start", help: "where to begin" },
  horse: { type: "text", required: true, help: "its name" },
} as const satisfies Table;

describe("a table of jobs of several kinds", () => {
  const table: Table = unitedTable({ walk, ride });

  test("has every option once, the first kind's first, and requires none", () => {
    expect(Object.keys(table)).toEqual(["pace", "rest", "seed", "horse"]);
    expect(Object.values(table).filter(({ required }) => required === true)).toEqual([]);
    expect(table.pace).toMatchObject({ type: "integer", min: 1 });
  });

  test("takes of a shared option what any kind takes, and tells whose default is whose", () => {
    const { rest } = table;
    if (rest === undefined) throw new Error("no rest");
    expect(rest).toMatchObject({ type: "either", of: [{ of: ["never", "often"] }, { of: ["at inns"] }] });
    expect(helpOf(rest)).toBe(
      "never, often; ride: at inns: as the horse likes (default: never; ride: at inns)",
    );
  });

  test("says once what all say", () => {
    expect(table.seed).toMatchObject({ type: "integer", flag: "--start" });
    expect(table.seed && helpOf(table.seed)).toBe("where to begin (default: 0)");
  });
});
