import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { encodePoints, readPoints } from "../../../src/cli/points.js";
import { trainingData } from "../../../src/cli/training-data.js";
import { decodeSafetensors, encodeSafetensors, fromNumbers, type Tensor } from "../../../src/tensor/index.js";

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
  it("come with names from CSV, without from safetensors, in float32", async () => {
    expect(await readPoints(store("a.csv", "age,height\n1,2\n3,4\n5,6\n"))).toMatchObject({
      ...{ value: points, columns: ["age", "height"], description: join(folder, "a.csv") },
    });
    const file = tensors("a.safetensors", {
      other: fromNumbers([0], [1]),
      x: fromNumbers([...points.data].map(Number), [3, 2], "float64"),
    });
    expect(await readPoints(file)).toMatchObject({ value: points, columns: ["x0", "x1"] });
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

describe("points to files", () => {
  const log = new Float64Array([-1, -2, -3.5]);

  it("have the format that the name asks for", () => {
    expect(encodePoints("a.CSV", { points, columns: ["a", "b"] })).toBe("a,b\n1,2\n3,4\n5,6\n");
    expect(encodePoints("a.csv", { points, columns: ["a", "b"], values: ["log_density", log] })).toBe(
      "a,b,log_density\n1,2,-1\n3,4,-2\n5,6,-3.5\n",
    );
    const bytes = encodePoints("a.safetensors", {
      points,
      columns: ["a", "b"],
      values: ["log_density", log],
    });
    const { tensors: found, metadata } = decodeSafetensors(bytes as Uint8Array);
    expect([found.x, [...(found.log_density?.data ?? [])], metadata.columns]).toEqual([
      points,
      [...log],
      "a,b",
    ]);
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
