import { describe, expect, test } from "vitest";
import { jsonCodec } from "../../../../src/experiments/kit/codec.js";
import { defineExperiment, type Experiment } from "../../../../src/experiments/kit/experiment.js";
import { spreadText } from "../../../../src/experiments/kit/row-tables.js";
import type { ExperimentContext } from "../../../../src/experiments/kit/run.js";
import { overSeeds } from "../../../../src/experiments/kit/seeds.js";
import { seriesCurve } from "../../../../src/plot/index.js";
import { fail } from "../../../../src/tensor/index.js";
import { checkpointsInMemory } from "../../../helpers/checkpoints.js";

interface ToySpec {
  readonly size: number;
}
interface ToyMetrics {
  readonly trained: number;
  readonly rows: readonly { readonly method: string; readonly error: number }[];
}

const figure = seriesCurve([{ label: "loss", values: [2, 1], iterations: [0, 1] }], {
  name: "loss",
  title: "Loss",
  valueLabel: "loss",
});

/** Trains (`train`), hands out a file, measures (`measure`), draws. @param log what was made, and files as they come. */
function toy(log: string[] = [], onTrain: (seed: number) => void = () => {}): Experiment<ToySpec> {
  return defineExperiment<ToySpec, ToyMetrics>({
    name: "toy",
    title: "A toy",
    presets: { smoke: { size: 1 }, standard: { size: 10 }, paper: { size: 100 } },
    table: { size: { type: "integer", min: 1, max: 1000, required: true, help: "of it" } },
    run: async ({ size }, run, { seed }) => {
      const settings = { size, seed };
      run.picture(() => (run.found.trained === undefined ? [] : [figure]));
      run.picture(() => Promise.reject(fail("NON_FINITE", { what: "picture" })));
      const trained = await run.stage({
        ...{ name: "train", settings, codec: jsonCodec<number>() },
        make: async ({ onProgress }) => {
          log.push(`train ${seed}`);
          onTrain(seed);
          onProgress?.({ stage: "training", done: 1, total: 1 });
          return size + seed;
        },
      });
      run.note({ trained });
      await run.file("model.bin", new Uint8Array([trained]));
      const rows = await run.stage({
        ...{ name: "measure", settings, codec: jsonCodec<ToyMetrics["rows"]>() },
        make: async () => {
          log.push(`measure ${seed}`);
          return [{ method: "exact", error: trained }];
        },
      });
      run.note({ rows });
    },
    rows: ({ rows = [] }) => rows.map(({ method, error }) => ({ key: { method }, outcome: { error } })),
    report: ({ trained, rows = [], status }, figures) => ({
      title: "Toy",
      lead: `Trained to ${trained}.`,
      verdict: status,
      facts: [["Status", status]],
      sections: [
        { heading: "Pictures", figures },
        {
          heading: "Errors",
          table: { columns: ["method", "error"], rows: rows.map((row) => [row.method, row.error]) },
          on: "both",
        },
      ],
    }),
  });
}

const request = { preset: "smoke", seed: 3, command: "hypersolvers reproduce toy" } as const;

/** Stops as soon as an event of that stage is heard of. */
function stopping(): Pick<ExperimentContext, "signal" | "onProgress"> {
  const controller = new AbortController();
  return { signal: controller.signal, onProgress: () => controller.abort() };
}

describe("an experiment", () => {
  test("hands its results out before it measures, then numbers, pictures and a page", async () => {
    const log: string[] = [];
    const onArtifact = async ({ path }: { readonly path: string }) => void log.push(path);
    const { status, metrics, rows, summary, artifacts } = await toy(log).run(request, { onArtifact });
    expect(log).toEqual([
      ...["train 3", "model.bin", "measure 3", "metrics.json"],
      ...["figures/loss.svg", "report.html"],
    ]);
    expect(artifacts.map(({ path }) => path)).toEqual(log.filter((line) => line.includes(".")));
    expect(status).toBe("complete");
    expect(metrics).toMatchObject({ trained: 4, preset: "smoke", seed: 3, status: "complete" });
    expect(rows).toEqual([{ key: { method: "exact" }, outcome: { error: 4 } }]);
    expect(summary).toMatch(/^Trained to 4\.\n\nmethod +error\n.*\nexact +4\n\ncomplete$/);
    const page = String(artifacts.find(({ path }) => path === "report.html")?.content);
    expect(page).toContain("Pictures");
    expect(page).toContain("Errors");
  });

  test("takes another spec than its preset's", async () => {
    expect((await toy().run({ ...request, spec: { size: 7 } })).metrics).toMatchObject({ trained: 10 });
  });

  test("stopped between stages, ends with what there is and goes on from it", async () => {
    const log: string[] = [];
    const store = checkpointsInMemory();
    const stopped = await toy(log).run(request, { store, resume: true, ...stopping() });
    expect(stopped.status).toBe("interrupted");
    expect(stopped.metrics).toMatchObject({ trained: 4, status: "interrupted" });
    expect(stopped.metrics).not.toHaveProperty("rows");
    const page = String(stopped.artifacts.find(({ path }) => path === "report.html")?.content);
    // What was trained has its picture; a table without rows has no section.
    expect([page.includes("Pictures"), page.includes("Errors")]).toEqual([true, false]);
    expect(stopped.summary).toBe("Trained to 4.\n\ninterrupted");
    const resumed = await toy(log).run(request, { store, resume: true });
    expect(resumed.status).toBe("complete");
    expect(log).toEqual(["train 3", "measure 3"]);
  });

  test("stopped before anything was made, refuses", async () => {
    const job = toy().run(request, { signal: AbortSignal.abort() });
    await expect(job).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("passes faults on", async () => {
    const faulty = toy([], () => {
      throw fail("SHAPE_MISMATCH", { what: "images" });
    });
    await expect(faulty.run(request)).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
  });
});

describe("an experiment over seeds", () => {
  test("joins numbers by key into mean and deviation, files in a folder a seed", async () => {
    const paths: string[] = [];
    const onArtifact = async ({ path }: { readonly path: string }) => void paths.push(path);
    const { metrics, summary } = await overSeeds(toy(), 3).run(request, { onArtifact });
    // 4, 5, 6.
    expect(metrics).toMatchObject({
      seeds: [3, 4, 5],
      rows: [{ key: { method: "exact" }, values: { error: { mean: 5, deviation: 1, n: 3 } } }],
      broken: [],
    });
    expect(summary).toContain("5.0 ± 1.0");
    expect(paths.filter((path) => path.endsWith("metrics.json"))).toEqual([
      ...["seed-3/metrics.json", "seed-4/metrics.json", "seed-5/metrics.json", "metrics.json"],
    ]);
  });

  test("has an entry for a seed that broke, and its reason", async () => {
    const breaking = toy([], (seed) => {
      if (seed === 4) throw fail("NON_FINITE", { what: "training" });
    });
    const { status, metrics, summary } = await overSeeds(breaking, 3).run(request);
    expect(status).toBe("complete");
    expect(metrics).toMatchObject({
      seeds: [3, 5],
      rows: [{ values: { error: { mean: 5, n: 2 } } }],
      broken: [{ seed: 4, broken: "NON_FINITE", reason: expect.stringContaining("training") }],
    });
    expect(summary).toContain("Seed 4 broke");
  });

  test("stopped, keeps the seeds that are complete and goes on inside the one that is not", async () => {
    const log: string[] = [];
    const store = checkpointsInMemory();
    const controller = new AbortController();
    const context = { store, resume: true } as const;
    const stopped = await overSeeds(
      toy(log, (seed) => seed === 4 && controller.abort()),
      3,
    ).run(request, { ...context, signal: controller.signal });
    expect(stopped.status).toBe("interrupted");
    expect(stopped.metrics).toMatchObject({ seeds: [3], rows: [{ values: { error: { mean: 4, n: 1 } } }] });
    // Of a seed that is complete nothing but its rows is needed.
    expect([...store.files.keys()].filter((name) => name.startsWith("seed-3"))).toEqual([]);
    const resumed = await overSeeds(toy(log), 3).run(request, context);
    expect(resumed.metrics).toMatchObject({ seeds: [3, 4, 5], status: "complete" });
    expect(log).toEqual(["train 3", "measure 3", "train 4", "measure 4", "train 5", "measure 5"]);
  });

  test("says how many seeds have a number where not all do", () => {
    expect(spreadText({ mean: 2, deviation: 0.5, n: 3 }, 5)).toBe("2.00 ± 0.50 (3)");
    expect(spreadText({ mean: 2, n: 1 })).toBe("2");
  });
});

describe("metrics", () => {
  const noting = (found: object): Experiment<ToySpec> =>
    defineExperiment<ToySpec, object>({
      name: "noting",
      title: "Notes",
      presets: { smoke: { size: 1 }, standard: { size: 10 }, paper: { size: 100 } },
      table: { size: { type: "integer", min: 1, max: 1000, required: true, help: "of it" } },
      run: async (_, run) => run.note(found),
      rows: () => [],
      report: () => ({ title: "Notes", lead: "", facts: [], sections: [] }),
    });
  const request = { preset: "smoke", seed: 0, command: "toy" } as const;

  test("have the spec of the preset, or one with more choices made where the run found it", async () => {
    const { metrics } = await noting({}).run(request);
    expect(metrics).toMatchObject({ preset: "smoke", spec: { size: 1 } });
    const whole = { size: 1, learningRate: 1e-2 };
    expect((await noting({ spec: whole }).run(request)).metrics).toMatchObject({ spec: whole });
  });
});
