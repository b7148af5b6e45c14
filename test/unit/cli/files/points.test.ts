import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readPoints } from "../../../../src/cli/files/points.js";
import { trainingData } from "../../../../src/cli/files/training-data.js";
import {
  cast,
  encodeSafetensors,
  fromNumbers,
  Random,
  type Tensor,
  toFloat64,
} from "../../../../src/tensor/index.js";

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-points-"));
afterAll(() => rmSync(folder, { recursive: true }));

const store = (name: string, content: string | Uint8Array): string => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};
const tensors = (name: string, values: Readonly<Record<string, Tensor>>): string =>
  store(name, encodeSafetensors(values));
const points = fromNumbers([1, 2, 3, 4, 5, 6], [3, 2]);

describe("points from files", () => {
  it("come with names from CSV, without from safetensors, with all their digits", async () => {
    const wide = cast(points, "float64");
    expect(await readPoints(store("a.csv", "age,height\n1,2\n3,4\n5,6\n"))).toMatchObject({
      ...{ value: wide, columns: ["age", "height"], description: join(folder, "a.csv") },
    });
    const file = tensors("a.safetensors", { other: fromNumbers([0], [1]), x: wide });
    expect(await readPoints(file)).toMatchObject({ value: wide, columns: ["x0", "x1"] });
    const [narrow, integers] = [{ x: points }, { x: cast(points, "int64") }];
    expect((await readPoints(tensors("b.safetensors", narrow))).value).toEqual(points);
    expect((await readPoints(tensors("c.safetensors", integers))).value).toEqual(wide);
    expect((await readPoints(`${file}:x`)).description).toBe(`x of ${file}`);
  });

  const refused: readonly (readonly [what: string, file: string, code: string, facts: object])[] = [
    ["no file", join(folder, "gone.csv"), "FILE_NOT_READABLE", { received: "no such file" }],
    [
      "no text",
      store("bytes.csv", new Uint8Array([0xff, 0xfe, 0, 1])),
      "MALFORMED_FILE",
      { expected: "text in UTF-8" },
    ],
    [
      "a hole",
      store("hole.csv", "a,b\n1,2\n3,\n"),
      "MALFORMED_FILE",
      { what: `${join(folder, "hole.csv")}, line 3, column 2` },
    ],
    [
      "another format",
      store("model.onnx", "0123456789"),
      "MALFORMED_FILE",
      { help: expect.stringContaining(".csv") },
    ],
    [
      "another rank",
      tensors("flat.safetensors", { x: fromNumbers([1, 2], [2]) }),
      "SHAPE_MISMATCH",
      { received: "float32[2]" },
    ],
    [
      "nothing",
      tensors("none.safetensors", { x: fromNumbers([], [0, 2]) }),
      "INVALID_ARGUMENT",
      { received: "[0, 2]" },
    ],
    [
      "NaN",
      tensors("nan.safetensors", { x: fromNumbers([1, 2, 3, Number.NaN], [2, 2]) }),
      "NON_FINITE",
      { what: expect.stringContaining("row 1, column 1"), received: "NaN" },
    ],
    [
      "numbers beyond float32",
      tensors("huge.safetensors", { x: fromNumbers([1, 2, 1e300, 4], [2, 2], "float64") }),
      "NON_FINITE",
      { what: expect.stringContaining("row 1, column 0"), received: "1e+300" },
    ],
  ];
  it.each(refused)("are refused for %s", async (_, file, code, facts) => {
    await expect(readPoints(file)).rejects.toMatchObject({ code, facts });
  });
});

describe("training data", () => {
  const rows = Array.from({ length: 20 }, (_, i) => `${i},${i % 3}`).join("\n");

  it("is a density by name, with its entropy where it is known", async () => {
    const { data, entropy, name, columns } = await trainingData("checkerboard", 0);
    expect([data.dimension, name, columns]).toEqual([2, "checkerboard", undefined]);
    expect(entropy).toBeCloseTo(Math.log(32), 12);
  });

  it("is a file, described by its content", async () => {
    const file = store("table.csv", `a,b\n${rows}\n`);
    const first = await trainingData(file, 0);
    expect(first).toMatchObject({ name: "table", columns: ["a", "b"] });
    expect(first.data.description).toMatch(/table\.csv: 20 points of 2 columns, content [0-9a-f]{8}$/);
    store("table.csv", `a,b\n${rows.replace("7,1", "7,2")}\n`);
    expect((await trainingData(file, 0)).data.description).not.toBe(first.data.description);
  });

  it("keeps the digits of large numbers until they are standardized", async () => {
    const seconds = Array.from({ length: 100 }, (_, i) => 1_700_000_000 + i);
    const { data } = await trainingData(store("seconds.csv", `t\n${seconds.join("\n")}\n`), 0);
    const drawn = new Set(toFloat64(data.batch(2000, new Random(1))));
    expect(drawn.size).toBeGreaterThan(60);
  });

  it("counts the rows that a flow hardly reaches", async () => {
    const rowsWith = (outliers: readonly number[]): string =>
      [...Array.from({ length: 1000 }, (_, i) => `${i % 7},${i % 5}`), ...outliers.map((x) => `${x},1`)].join(
        "\n",
      );
    const found = async (...outliers: number[]): Promise<number> =>
      (await trainingData(store("far.csv", rowsWith(outliers)), 0)).farRows;
    expect([await found(), await found(20), await found(500), await found(-1e4, 1e4)]).toEqual([0, 0, 1, 2]);
    expect((await trainingData("rings", 0)).farRows).toBe(0);
  });

  it("that is neither is told so, with the names there are", async () => {
    for (const source of ["pinwhel", join(folder, "gone.csv"), "gone.safetensors:x", "constructor"])
      await expect(trainingData(source, 0)).rejects.toMatchObject({
        code: "FILE_NOT_READABLE",
        facts: {
          expected: expect.stringContaining("pinwheel"),
          received: expect.stringContaining("neither"),
        },
      });
  });

  it("needs ten points, and columns that vary", async () => {
    await expect(trainingData(store("one.csv", "a,b\n1,2\n"), 0)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { expected: expect.stringContaining("at least 10 points"), received: "1" },
    });
    await expect(trainingData(store("same.csv", "1,2\n".repeat(20)), 0)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { received: "1 in all 20 points" },
    });
  });
});
