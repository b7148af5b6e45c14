import { describe, expect, it } from "vitest";
import { jobKinds } from "../../../../src/cli/commands/sweep/kinds.js";
import { cellsOf } from "../../../../src/experiments/sweep/cells.js";
import { putContent } from "../../../../src/experiments/sweep/content.js";
import { checkedJob, jobOf } from "../../../../src/experiments/sweep/job.js";
import { plannedOf, planSweep } from "../../../../src/experiments/sweep/plan.js";
import { checkedSweep, type Sweep } from "../../../../src/experiments/sweep/sweep-table.js";
import { sha256 } from "../../../../src/tensor/internal.js";
import { memoryStore } from "../../../helpers/memory-queue.js";

const hash = (text: string): string => sha256(text);
const submit = async (text: string) => {
  const [path = "", key] = text.split("#");
  return { hash: hash(path), name: path.split("/").at(-1) ?? "", key };
};
const sweepOf = (value: object): Sweep => checkedSweep(jobKinds, value, "sweep.json");
const fit = { kind: "fit", fields: ["a/field.onnx"], spec: { base: "heun", steps: 1, states: "normal" } };

describe("a sweep", () => {
  it("is all with all, the last option of the grid fastest", () => {
    const sweep = sweepOf({
      ...fit,
      list: [{ base: "euler" }, { base: "heun" }],
      grid: { steps: [1, 2], seed: [3, 4] },
    });
    const cells = cellsOf(sweep);
    expect(cells.map(({ at }) => Object.values(at).join())).toEqual([
      ...["euler,1,3", "euler,1,4", "euler,2,3", "euler,2,4"],
      ...["heun,1,3", "heun,1,4", "heun,2,3", "heun,2,4"],
    ]);
    expect(cells[2]?.spec).toEqual({
      base: "euler",
      steps: 2,
      seed: 3,
      states: "normal",
      field: "a/field.onnx",
    });
  });

  it("reaches into records by path, and leaves the rest of them", () => {
    const sweep = sweepOf({
      kind: "reproduce",
      spec: { experiment: "cnf", spec: { a: 1 } },
      grid: { "spec.b": [2, 3] },
    });
    expect(cellsOf(sweep).map(({ spec }) => spec.spec)).toEqual([
      { a: 1, b: 2 },
      { a: 1, b: 3 },
    ]);
  });

  it.each([
    [{ kind: "rm" }, /kind/],
    [{ ...fit, grid: { seed: [] } }, /grid\.seed/],
    [{ ...fit, grid: { seed: 3 } }, /grid\.seed/],
    [{ ...fit, fields: [] }, /fields/],
    [{ ...fit, list: [] }, /list/],
    [{ ...fit, gird: { seed: [1] } }, /grid/],
  ])("refuses %j", (value, message) => {
    expect(() => sweepOf(value)).toThrow(message);
  });

  it("becomes jobs whose files are named by content alone", async () => {
    const sweep = sweepOf({ ...fit, fields: ["a/field.onnx", "b/field.onnx"], grid: { seed: [1, 2] } });
    const { jobs, id, noted } = await planSweep(jobKinds, sweep, submit);
    expect(jobs.map(({ payload }) => payload.spec.field)).toEqual(
      ["a", "a", "b", "b"].map((folder) => `content:${hash(`${folder}/field.onnx`)}`),
    );
    expect(jobs[0]?.payload.files).toEqual({ [hash("a/field.onnx")]: "field.onnx" });
    // Two files of one name are told apart in reports.
    expect(new Set(jobs.map(({ at }) => at.field)).size).toBe(2);
    const again = plannedOf(jobKinds, JSON.parse(JSON.stringify(noted)));
    expect(again.id).toBe(id);
    expect(again.jobs).toEqual(jobs);
    expect(JSON.stringify(noted)).not.toContain("a/field.onnx");
  });

  it("refuses an option that is wrong in one job before any is submitted", async () => {
    const wrong = sweepOf({ ...fit, grid: { iterations: [10, -1] } });
    await expect(planSweep(jobKinds, wrong, submit)).rejects.toThrow(/iterations/);
    const out = sweepOf({ ...fit, grid: { out: ["/etc"] } });
    await expect(planSweep(jobKinds, out, submit)).rejects.toThrow(/out/);
  });
});

describe("a job", () => {
  const kind = jobKinds.fit;
  if (kind === undefined) throw new Error("no fit");
  const content = hash("field");
  const spec = { field: `content:${content}`, base: "heun", steps: 1, states: "normal" };
  const job = jobOf(kind, spec, { [content]: "field.onnx" });

  it("has one key for one result: defaults that are said, names of files and the order change nothing", () => {
    const { states, ...others } = spec;
    const same = jobOf(
      kind,
      { ...others, seed: 0, states, learn: "correction" },
      { [content]: "other.onnx" },
    );
    expect(same.key).toBe(job.key);
    expect(jobOf(kind, { ...spec, seed: 1 }, job.payload.files).key).not.toBe(job.key);
    expect(jobOf(kind, { ...spec, field: `content:${hash("x")}` }, {}).key).not.toBe(job.key);
  });

  it("is taken out of a queue as it was put in", () => {
    const found = checkedJob(jobKinds, JSON.parse(JSON.stringify(job.payload)), job.key);
    expect(found.payload).toEqual(job.payload);
  });

  const { payload } = job;
  const file = (name: string) => ({ ...payload, files: { [content]: name } });
  it.each([
    ["no job", null],
    ["an unknown kind", { ...payload, kind: "exec" }],
    ["a kind out of the prototype", { ...payload, kind: "constructor" }],
    ["another version", { ...payload, library: "hypersolvers 0.0.1" }],
    ["a path", { ...payload, spec: { ...spec, field: "/etc/passwd" } }],
    ["a path in states", { ...payload, spec: { ...spec, states: "/etc/shadow.csv" } }],
    ["a path in controls", { ...payload, spec: { ...spec, input: { x: "../../x.safetensors" } } }],
    ["a path in a null condition", { ...payload, spec: { ...spec, guidanceNull: { text: "/etc/x.npy" } } }],
    ["a folder to write to", { ...payload, spec: { ...spec, out: "/tmp/x" } }],
    ["an option that is none", { ...payload, spec: { ...spec, shell: "rm" } }],
    ["a file that it does not name", { ...payload, spec: { ...spec, states: `content:${hash("x")}` } }],
    ["a name with folders", file("../field.onnx")],
    ["a name that is hidden", file(".bashrc")],
    ["a name of Windows' folders", file("a\\b.onnx")],
    ["no name", file("")],
    ["a hash that is a path", { ...payload, files: { "../../x": "field.onnx" } }],
  ])("is refused with %s", (_, value) => {
    expect(() => checkedJob(jobKinds, value)).toThrow(/job/);
  });

  it("is refused under the key of another", () => {
    expect(() => checkedJob(jobKinds, payload, hash("other"))).toThrow(/key/);
  });

  it("has no option beyond these by which a text could lead to a file", () => {
    // Whoever adds an option of text decides here whether it names a file.
    const harmless: Readonly<Record<string, readonly string[]>> = {
      fit: ["base", "inputMap", "start", "size"],
      candidate: ["base", "inputMap", "start", "size"],
      train: ["base"],
      tune: ["inputMap", "size"],
      reproduce: ["experiment", "density", "spec"],
    };
    for (const [name, { table, files }] of Object.entries(jobKinds)) {
      const texts = Object.entries(table).flatMap(([option, row]) =>
        ["text", "map", "either", "options"].includes(row.type) && !Object.hasOwn(files, option)
          ? [option]
          : [],
      );
      const free = texts.filter(
        (option) => JSON.stringify(table[option]).includes('"text"') || table[option]?.type !== "either",
      );
      expect([name, free.filter((option) => !harmless[name]?.includes(option))]).toEqual([name, []]);
    }
  });
});

describe("contents", () => {
  it("are stored once, and again where they were damaged", async () => {
    const store = memoryStore();
    const own = new TextEncoder().encode("field");
    const name = await putContent(store, own);
    expect(name).toBe(sha256(own));
    store.files.set(`content/${name}`, new Uint8Array([1]));
    await putContent(store, own);
    expect(store.files.get(`content/${name}`)).toEqual(own);
  });
});
