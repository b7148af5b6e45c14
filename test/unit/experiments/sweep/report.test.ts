import { describe, expect, it } from "vitest";
import { jobKinds } from "../../../../src/cli/commands/sweep/kinds.js";
import { reportText } from "../../../../src/experiments/kit/report.js";
import { startPace } from "../../../../src/experiments/sweep/pace.js";
import { planSweep } from "../../../../src/experiments/sweep/plan.js";
import type { JobRecord, JobStanding } from "../../../../src/experiments/sweep/queue.js";
import { sweepMetrics } from "../../../../src/experiments/sweep/sweep-outcome.js";
import { sweepReport } from "../../../../src/experiments/sweep/sweep-report.js";
import { rowsOfJob } from "../../../../src/experiments/sweep/sweep-rows.js";
import { checkedSweep } from "../../../../src/experiments/sweep/sweep-table.js";
import { sha256 } from "../../../../src/tensor/internal.js";

const standing = (of: Partial<JobStanding>): JobStanding => ({
  ...{ state: "complete", attempts: 1, failure: undefined, sign: undefined },
  ...of,
});

const learned = (steps: number, mean: number) => ({
  learned: {
    title: "HyperHeun",
    mean,
    nfe: 2 * steps,
    gCalls: steps,
    macs: 100 * steps,
    milliseconds: steps,
  },
  seconds: { fit: 3 },
});

async function outcome() {
  const sweep = checkedSweep(
    jobKinds,
    { kind: "fit", fields: ["f.onnx"], spec: { base: "heun" }, grid: { steps: [1, 2, 3], seed: [0, 1] } },
    "sweep.json",
  );
  const plan = await planSweep(jobKinds, sweep, async (text) => ({
    hash: sha256(text),
    name: text,
    key: undefined,
  }));
  const records = new Map<string, JobRecord>();
  const standings = new Map<string, JobStanding>();
  const failure = { reason: "Memory ran out.\n  help: less", log: "heap" };
  for (const { key, at } of plan.jobs) {
    const isFailed = at.steps === 3 && at.seed === 1;
    standings.set(key, standing(isFailed ? { state: "failed", attempts: 3, failure } : {}));
    // More steps, less error but for three; seeds differ by 0.2.
    const mean = [0, 1, 0.5, 0.75][Number(at.steps)] ?? 0;
    const json = learned(Number(at.steps), mean + 0.2 * Number(at.seed));
    if (!isFailed) records.set(key, { json, files: {}, seconds: 10, worker: "w" });
  }
  return sweepMetrics(plan, standings, records);
}

describe("the report of a sweep", () => {
  it("has means and deviations over seeds by the rest of the grid", async () => {
    const { rows, status, seconds } = await outcome();
    expect(status).toBe("failed");
    expect(seconds).toBe(50);
    expect(rows.map(({ key }) => key.steps)).toEqual([1, 2, 3]);
    expect(rows[0]?.values["mean error"]?.mean).toBeCloseTo(1.1, 12);
    expect(rows[0]?.values["mean error"]?.deviation).toBeCloseTo(0.2 / Math.SQRT2, 12);
    expect(rows[2]?.values["mean error"]?.n).toBe(1);
  });

  it("names what is best at its cost, and what failed and why", async () => {
    const metrics = await outcome();
    expect(metrics.best.map(({ key }) => key.steps)).toEqual([1, 2]);
    const report = sweepReport(metrics);
    expect(report.sections.flatMap(({ figures = [] }) => figures.map(({ name }) => name))).toHaveLength(1);
    const text = reportText(report);
    expect(text).toContain("6 jobs: 5 complete, 1 failed");
    expect(text).toContain("1.10 ± 0.14");
    expect(text).toMatch(/steps 3, seed 1 +failed +3 +Memory ran out\./);
    expect(text).toContain("Least error: 0.600, steps 2, HyperHeun.");
  });

  it("takes nothing for granted of what comes out of a queue", () => {
    for (const kind of Object.keys(jobKinds))
      for (const json of [{}, { learned: null, rows: [3], winner: 4 }, { rows: [{ key: 1 }] }])
        for (const row of rowsOfJob(kind, json))
          expect(Object.values(row.outcome).every(Number.isFinite)).toBe(true);
    expect(rowsOfJob("none", {})).toEqual([]);
    const broken = { broken: "NON_FINITE", reason: "NaN", title: "HyperHeun" };
    expect(rowsOfJob("fit", { learned: broken })[0]?.outcome).toEqual({
      broken: "NON_FINITE",
      reason: "NaN",
    });
  });
});

describe("the pace of a run", () => {
  it("predicts the part that runs by its share, and what was before as it was", () => {
    const pace = startPace();
    pace.heard({ stage: "solving references", done: 0, total: 10 }, 0);
    pace.heard({ stage: "fitting", done: 0, total: 100 }, 4);
    expect(pace.seconds(4)).toBeUndefined();
    pace.heard({ stage: "fitting", done: 25, total: 100 }, 6);
    expect(pace.seconds(6)).toEqual({ stage: "fitting", seconds: 12 });
  });
});
