import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);

const light = {
  kind: "fit",
  fields: ["ff*.onnx"],
  spec: {
    ...{ base: "heun", steps: 1, states: "normal", iterations: 20, trajectories: 32, batch: 16, hidden: [8] },
    ...{ samples: 20, budget: [2], figures: false },
  },
  list: [{ seed: 1 }, { seed: 2 }, { seed: 1, states: "uniform:-1e38,1e38" }],
};

const attemptsOf = (metrics: Record<string, unknown>): unknown[] =>
  (metrics.jobs as { state: string; attempts: number }[]).map(({ state, attempts }) => [state, attempts]);

it("runs a sweep from a folder: results, failures with reasons, nothing twice", async () => {
  writeFileSync(place.at("light.json"), JSON.stringify(light));
  // A connection string in the environment would be somebody's queue.
  const [first, second, status, events] = await place.runAll([
    "sweep light.json --threads 1 --json",
    "sweep light.json --threads 1 --json --quiet",
    "sweep status light.json",
    "sweep retry light.json --queue runs/light/queue",
  ]);
  expect(first?.code, first?.stderr).toBe(1);
  const metrics = first?.json() ?? {};
  expect(attemptsOf(metrics)).toEqual([
    ["complete", 1],
    ["complete", 1],
    ["failed", 1],
  ]);
  expect(metrics.rows).toMatchObject([{ key: { solver: "HyperHeun" }, values: { "mean error": { n: 2 } } }]);
  expect(JSON.stringify(metrics.jobs)).toContain("NaN or infinite");

  // A second time nothing is computed.
  expect(second?.json().jobs).toEqual(metrics.jobs);
  expect(status?.stdout).toContain("3 jobs, 2 complete, 1 failed");
  expect(events?.stdout).toContain("1 failed or cancelled jobs");

  const folders = readdirSync(place.at("runs", "light", "jobs"));
  expect(folders).toEqual(["1-seed-1", "2-seed-2"]);
  for (const folder of folders) {
    const own = (file: string): string => place.at("runs", "light", "jobs", folder, file);
    expect(existsSync(own("correction.onnx"))).toBe(true);
    // The job can be run again by hand, from the folder of the sweep.
    const { field } = JSON.parse(readFileSync(own("config.json"), "utf8"));
    expect(readFileSync(place.at("runs", "light", field))).toEqual(readFileSync(place.at("ffjord.onnx")));
  }
  expect(readFileSync(place.at("runs", "light", "report.html"), "utf8")).toContain("Jobs without a result");
});

it("refuses what is no sweep, and a question without a queue", async () => {
  writeFileSync(place.at("wrong.json"), JSON.stringify({ ...light, grid: { iterations: [1, -1] } }));
  writeFileSync(place.at("none.json"), JSON.stringify({ kind: "rm" }));
  const results = await place.runAll([
    "sweep wrong.json --dry-run",
    "sweep none.json",
    "sweep status",
    "sweep status none.json --queue nowhere",
    "worker",
    "sweep light.json --queue postgres://somebody:secret@host/db --print-config",
  ]);
  expect(results.map(({ code }) => code)).toEqual([1, 2, 2, 2, 2, 0]);
  expect(results[0]?.stderr).toContain("iterations");
  expect(results[1]?.stderr).toContain("fit, train, tune, reproduce");
  expect(JSON.stringify(results)).not.toContain("secret");
});
