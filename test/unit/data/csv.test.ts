import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCsv, encodeCsv } from "../../../src/data/index.js";
import { defaultColumns } from "../../../src/data/internal.js";
import { fromNumbers, type Tensor, tensor } from "../../../src/tensor/index.js";

const content = (text: string): readonly [readonly string[], readonly number[], readonly number[]] => {
  const { columns, points } = decodeCsv(text, "points.csv");
  return [columns, points.shape, [...points.data]];
};

const code = (expected: string, ...texts: readonly string[]): object => {
  const contain = texts.map((text) => `(?=[\\s\\S]*${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`);
  return expect.objectContaining({
    code: expected,
    message: expect.stringMatching(new RegExp(contain.join(""))),
  });
};

describe("a CSV file", () => {
  const two = [
    ["x", "y"],
    [2, 2],
    [1, -2.5, 3, 0.25],
  ];

  test.each([
    ["plain", "x,y\n1,-2.5\n3,.25"],
    ["with a trailing newline", "x,y\n1,-2.5\n3,.25\n"],
    ["with CRLF", "x,y\r\n1,-2.5\r\n3,.25\r\n"],
    ["with a byte order mark", "\uFEFFx,y\n1,-2.5\n3,.25\n"],
    ["with a byte order mark before a quote", '\uFEFF"x","y"\n"1",-2.5\n3,".25"\n'],
    ["with blank lines", "\n\nx,y\n\n1,-2.5\n  \n3,.25\n\n\n"],
    ["with spaces around cells", " x , y\n 1, -2.5\n3 ,\t.25"],
    ["with semicolons", "x;y\n1;-2.5\n3;.25"],
    ["with tabs", "x\ty\n1\t-2.5\n3\t.25"],
    ["with other ways to write the numbers", "x,y\n+1.,-25e-1\n3E0,2.5e-1"],
  ])("%s is read", (_, text) => {
    expect(content(text)).toEqual(two);
  });

  test("without header has columns x0, x1, …", () => {
    expect(content("1,2,3\n4,5,6")).toEqual([
      ["x0", "x1", "x2"],
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(content("-1e3")).toEqual([["x0"], [1, 1], [-1000]]);
    expect(defaultColumns(0)).toEqual([]);
  });

  test("of one column needs no delimiter", () => {
    expect(content("height\n1\n\n2\n")).toEqual([["height"], [2, 1], [1, 2]]);
  });

  test("may have delimiters in quoted names", () => {
    expect(content('"a;b, ""c""",d\n1,2')[0]).toEqual(['a;b, "c"', "d"]);
  });

  test("may have quoted names of several lines, with other delimiters in them", () => {
    expect(content('"a;\nb","c\td"\n1,2')).toEqual([
      ["a;\nb", "c\td"],
      [1, 2],
      [1, 2],
    ]);
  });

  test("may have names that begin with a digit", () => {
    expect(content("1x1,1x2\n0,255")[0]).toEqual(["1x1", "1x2"]);
  });

  test("has numbers of float64: seconds since 1970, one by one", () => {
    expect(content("0.1\n1e-60\n1700000001\n1700000002")[2]).toEqual([0.1, 1e-60, 1700000001, 1700000002]);
  });
});

describe("a damaged CSV file names the place", () => {
  test.each([
    ["text", "x,y\n1,2\n3,four\n", ["points.csv, line 3, column 2", '"four"']],
    ["a number with a tail", "1,2\n3,4x", ["line 2, column 2", '"4x"']],
    ["a hexadecimal number", "1,2\n0x10,4", ["line 2, column 1", '"0x10"']],
    ["nan", "x,y\nnan,2", ["line 2, column 1", '"nan"']],
    ["nan in the first row", "NaN,NaN\n1,2", ["line 1, column 1", '"NaN"']],
    ["-inf", "x\n1\n-inf", ["line 3, column 1", '"-inf"']],
    ["an empty cell", "x,y,z\n1,,3", ["line 2, column 2", "an empty cell"]],
    ["a delimiter at the end", "1,2,\n3,4,", ["line 1, column 3", "an empty cell"]],
    ["a number beyond float32", "1\n1e39", ["line 2, column 1", '"1e39"', "within float32"]],
    ["a number beyond float64", "1\n1e999", ["line 2, column 1", '"1e999"']],
    ["a name among numbers of the first row", "1,x\n1,2", ["line 1, column 2", '"x"', "names only"]],
    ["numbers in the header", "x,2\n1,2", ["line 1, column 1", '"x"']],
    ["a row that is too short", "x,y\n1,2\n3\n", ["line 3", "2 cells", "1: 3"]],
    ["a row that is too long", "1,2\n\n3,4,5", ["line 3", "2 cells", "3: 3 | 4 | 5"]],
    ["rows that a header of one column cannot have", "x\n1,2", ["line 2", "1 cells"]],
    ["a decimal comma", "x;y\n1,5;2", ["line 2, column 1", '"1,5"', "decimal comma"]],
    ["lines after a quoted line break", '"x\n(m)",y\n1,2\n?,4', ["line 4, column 1", '"?"']],
    ["an unnamed column of row numbers", ",x,y\n0,1,2", ["line 1, column 1", "row"]],
    ["a quote that never ends", '"x,y\n1,2\n3,4', ["header alone"]],
    ["a header alone", "x,y\n", ["points.csv", "header alone: x, y"]],
    ["nothing", "", ["an empty file"]],
    ["blank lines alone", "\uFEFF\n \r\n\n", ["an empty file"]],
  ])("%s", (_, text, texts) => {
    expect(() => decodeCsv(text, "points.csv")).toThrow(code("MALFORMED_FILE", ...texts));
  });

  test("with an excerpt of what is long", () => {
    const text = `1\n${"a".repeat(10_000)}`;
    expect(() => decodeCsv(text, "points.csv")).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^[\s\S]{1,400}$/) }),
    );
  });

  test("whatever it contains: never another error", () => {
    let readWhole = 0;
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'01.-e,;\t\n\r" x\uFEFF'), maxLength: 30 }),
        (text) => {
          try {
            const { columns, points } = decodeCsv(text, "random");
            readWhole++;
            expect(points.shape[1]).toBe(columns.length);
            expect(points.data.every(Number.isFinite)).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ code: "MALFORMED_FILE" });
          }
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
    // Neither everything nor nothing is refused.
    expect(readWhole).toBeGreaterThan(100);
    expect(readWhole).toBeLessThan(1900);
  });
});

describe("writing", () => {
  test("uses the fewest digits, a header and a newline at the end", () => {
    const values = [0.1, -2, 1e-30, 16777216, 1 / 3, 0];
    expect(encodeCsv(fromNumbers(values, [3, 2]))).toBe("x0,x1\n0.1,-2\n1e-30,16777216\n0.33333334,0\n");
    expect(encodeCsv(fromNumbers([1 / 3], [1, 1], "float64"), ["a"])).toBe("a\n0.3333333333333333\n");
    // Seven digits would show its rounding: 8.999999e9.
    expect(encodeCsv(fromNumbers([9e9], [1, 1]))).toBe("x0\n9000000000\n");
    expect(encodeCsv(fromNumbers([], [0, 2]))).toBe("x0,x1\n");
  });

  const name = fc
    .string({ unit: fc.constantFrom(...'ab ,;\t"\n1é'), minLength: 1, maxLength: 6 })
    .map((text) => `<${text}>`);
  const single = fc.float({ noNaN: true, noDefaultInfinity: true });

  test("is undone by reading, bit by bit", () => {
    const tables = fc.array(name, { minLength: 1, maxLength: 16 }).chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        values: fc
          .array(fc.array(single, { minLength: columns.length, maxLength: columns.length }), {
            minLength: 1,
            maxLength: 20,
          })
          .map((rows) => Float32Array.from(rows.flat())),
      }),
    );
    fc.assert(
      fc.property(tables, ({ columns, values }) => {
        const shape = [values.length / columns.length, columns.length];
        const points = tensor("float32", shape, values);
        const read = decodeCsv(encodeCsv(points, columns), "written");
        expect(read.columns).toEqual(columns);
        expect(read.points.shape).toEqual(shape);
        const back = Float32Array.from(read.points.data);
        expect(new Uint8Array(back.buffer)).toEqual(new Uint8Array(values.buffer));
      }),
    );
  });

  test("gives the shortest of all texts that read back the same", () => {
    fc.assert(
      fc.property(fc.float({ min: 1, max: 1e6, noNaN: true }), (drawn) => {
        const value = Math.fround(drawn);
        const [, text = ""] = encodeCsv(fromNumbers([value], [1, 1])).split("\n");
        const digits = text.replace(/\D/g, "").replace(/^0+|0+$/g, "").length;
        expect(Math.fround(Number(text))).toBe(value);
        if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
      }),
    );
  });

  test.each<readonly [string, string, Tensor, readonly string[] | undefined, string]>([
    ["another rank", "SHAPE_MISMATCH", fromNumbers([1, 2], [2]), undefined, "[2]"],
    ["too few names", "SHAPE_MISMATCH", fromNumbers([1, 2], [1, 2]), ["x"], "2 names"],
    ["an empty name", "INVALID_ARGUMENT", fromNumbers([1, 2], [1, 2]), ["x", " "], '" "'],
    ["a number for a name", "INVALID_ARGUMENT", fromNumbers([1, 2], [1, 2]), ["x", "-1e5"], '"-1e5"'],
    ["NaN for a name", "INVALID_ARGUMENT", fromNumbers([1], [1, 1]), ["nan"], '"nan"'],
    ["a NaN", "NON_FINITE", fromNumbers([1, Number.NaN], [2, 1]), undefined, "row 1"],
  ])("refuses %s", (_, expected, points, columns, text) => {
    expect(() => encodeCsv(points, columns)).toThrow(code(expected, text));
  });
});
