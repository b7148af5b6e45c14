import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { encodeSafetensors, fromNumbers } from "../../src/tensor/index.js";
import { DIM, normal, workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);

describe("bad input", () => {
  const solve = "solve field.onnx --span 0,1 --out bad.safetensors --states";
  const cases: readonly (readonly [what: string, line: string, code: number, error: string, says: string])[] =
    [
      ["no such field", "info nowhere.onnx", 1, "FILE_NOT_READABLE", "check the path"],
      ["a folder", "info run", 1, "FILE_NOT_READABLE", "name a file inside it"],
      ["a truncated model", "info truncated.onnx", 1, "MALFORMED_FILE", "an ONNX model"],
      ["an empty model", "solve empty.onnx --span 0,1 --states normal", 1, "MALFORMED_FILE", "an empty file"],
      ["states that are no safetensors", `${solve} field.onnx`, 1, "MALFORMED_FILE", "safetensors"],
      ["no such states", `${solve} nowhere.safetensors:z`, 1, "FILE_NOT_READABLE", "check the path"],
      ["no such key", `${solve} z0.safetensors:q`, 1, "INVALID_ARGUMENT", "write z0.safetensors:z"],
      ["states of another shape", `${solve} wide.safetensors`, 1, "SHAPE_MISMATCH", "[batch, 3]"],
      ["NaN in the states", `${solve} nan.safetensors`, 1, "NON_FINITE", "element 2"],
      ["no states at all", `${solve} none.safetensors`, 1, "INVALID_ARGUMENT", "at least one sample"],
      [
        "a control left out",
        "solve controlled.onnx --span 0,1 --states data.safetensors",
        1,
        "MISSING_INPUT",
        "--input x=",
      ],
      [
        "an unknown control",
        `${solve} z0.safetensors --input q=z0.safetensors`,
        2,
        "USAGE",
        "no control inputs",
      ],
      [
        "a correction that is none",
        `${solve} z0.safetensors --correction field.onnx`,
        1,
        "MALFORMED_FILE",
        "hypersolvers fit",
      ],
      [
        "a file in the way",
        "solve field.onnx --span 0,1 --states normal --out z0.safetensors/x",
        1,
        "FILE_NOT_WRITABLE",
        "is a file",
      ],
      [
        "a folder as output",
        "solve field.onnx --span 0,1 --states normal --out run",
        1,
        "FILE_NOT_WRITABLE",
        "a folder",
      ],
      [
        "fit into a file",
        "fit field.onnx --base heun --steps 1 --states normal --out z0.safetensors",
        1,
        "FILE_NOT_WRITABLE",
        "--out",
      ],
      ["no steps", `${solve} z0.safetensors --method rk4 --steps 0`, 2, "USAGE", "--steps"],
      ["a fixed method without steps", `${solve} z0.safetensors --method rk4`, 2, "USAGE", "--steps"],
      ["a negative tolerance", `${solve} z0.safetensors --rtol -1e-3`, 2, "USAGE", "--rtol"],
      ["an unknown method", `${solve} z0.safetensors --method rk5`, 2, "USAGE", "dopri5"],
      ["an unknown option", `${solve} z0.safetensors --stpes 3`, 2, "USAGE", "--steps"],
      ["an unknown command", "slove field.onnx", 2, "USAGE", "solve"],
      ["a missing option", "solve field.onnx --span 0,1", 2, "USAGE", "--states"],
      ["an unknown experiment", "reproduce everything", 2, "USAGE", "ffjord"],
      ["an unknown density", "reproduce cnf --density squares", 2, "USAGE", "checkerboard"],
      ["a density where there is one alone", "reproduce ffjord --density rings", 2, "USAGE", "--density"],
      [
        "times out of order",
        "solve field.onnx --times 0,2,1 --states normal",
        1,
        "INVALID_ARGUMENT",
        "strictly",
      ],
    ];

  it("is refused with a code, an exit code and advice, and leaves no files", async () => {
    mkdirSync(place.at("run"));
    writeFileSync(place.at("truncated.onnx"), readFileSync(place.at("field.onnx")).subarray(0, 5000));
    writeFileSync(place.at("empty.onnx"), "");
    writeFileSync(place.at("wide.safetensors"), encodeSafetensors({ z: normal(2, 4, 1) }));
    writeFileSync(
      place.at("nan.safetensors"),
      encodeSafetensors({ z: fromNumbers([1, 2, Number.NaN], [1, DIM]) }),
    );
    writeFileSync(place.at("none.safetensors"), encodeSafetensors({ z: fromNumbers([], [0, DIM]) }));
    const before = readdirSync(place.folder);
    const results = await place.runAll(cases.map(([, line]) => `${line} --json`));
    for (const [i, [what, , exitCode, error, says]] of cases.entries()) {
      const { code, stdout = "", stderr = "" } = results[i] ?? {};
      expect([what, code], stderr).toEqual([what, exitCode]);
      expect([what, JSON.parse(stdout).error.code]).toEqual([what, error]);
      expect(stderr).toContain(`error: ${error}: `);
      expect(stderr).toContain(says);
      expect(stderr).not.toMatch(/^ {4}at /m);
    }
    expect(readdirSync(place.folder)).toEqual(before);
  });

  it.each([
    ["refused by the library", "info nowhere.onnx", 1],
    ["not understood", "slove field.onnx", 2],
  ])("ends a process of its own with the same code and words: %s", async (_, line, exitCode) => {
    const [together] = await place.runAll([`${line} --json`]);
    const { code, stdout, stderr } = await place.alone(...line.split(" "), "--json");
    expect(code).toBe(exitCode);
    expect({ code, stdout, stderr }).toEqual({
      code: together?.code,
      stdout: together?.stdout,
      stderr: together?.stderr,
    });
  });
});
