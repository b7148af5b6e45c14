import { describe, expect, test } from "vitest";
import { encodeTable, requireTableFile } from "../../../../src/cli/files/table-file.js";
import { decodeNpy, decodeNpz } from "../../../../src/data/index.js";
import { decodeSafetensors, fromNumbers, tensor } from "../../../../src/tensor/index.js";

const points = fromNumbers([1, 2, 3, 4, 5, 6], [3, 2]);
const log = tensor("float64", [3], Float64Array.of(-1, -2, -3.5));

describe("a table as a file", () => {
  test("is CSV: names, and a column for what is known of every row", () => {
    expect(encodeTable("a.CSV", { rows: ["z", points] })).toBe("z0,z1\n1,2\n3,4\n5,6\n");
    expect(encodeTable("a.csv", { rows: ["x", points], columns: ["a", "b"], beside: { log } })).toBe(
      "a,b,log\n1,2,-1\n3,4,-2\n5,6,-3.5\n",
    );
    const seconds = fromNumbers([1700000001, 1700000002], [2, 1], "float64");
    const beside = { log: tensor("float64", [2], Float64Array.of(-1 / 3, -20)) };
    expect(encodeTable("a.csv", { rows: ["x", seconds], columns: ["t"], beside })).toBe(
      "t,log\n1700000001,-0.33333334\n1700000002,-20\n",
    );
  });

  test("is safetensors, with facts", () => {
    const content = {
      rows: ["x", points] as const,
      columns: ["a", "b"],
      beside: { log },
      facts: { status: "success" },
    };
    for (const name of ["a.safetensors", "a.of-no-known-kind"]) {
      const { tensors, metadata } = decodeSafetensors(encodeTable(name, content) as Uint8Array);
      expect(tensors).toEqual({ x: points, log });
      expect(metadata).toMatchObject({ columns: "a,b", status: "success" });
    }
  });

  test("is what NumPy reads", () => {
    expect(decodeNpy(encodeTable("a.npy", { rows: ["x", points] }) as Uint8Array)).toEqual(points);
    const bytes = encodeTable("a.NPZ", { rows: ["x", points], beside: { log } }) as Uint8Array;
    expect(decodeNpz(bytes)).toEqual({ x: points, log });
  });

  test("is refused, before there is one, where the file cannot hold it", () => {
    const images = { key: "z", rank: 4, beside: [] };
    const two = { key: "x", rank: 2, beside: ["log_density"] };
    for (const [path, shape, received] of [
      ["a.csv", images, "z of 4 axes"],
      ["a.npy", two, "x, log_density"],
    ] as const)
      expect(() => requireTableFile(path, shape)).toThrowError(
        expect.objectContaining({
          code: "INVALID_ARGUMENT",
          facts: expect.objectContaining({ what: path, received, help: expect.stringContaining(".npz") }),
        }),
      );
    for (const path of ["a.npz", "a.safetensors"]) {
      requireTableFile(path, images);
      requireTableFile(path, two);
    }
  });

  test("has no columns of another length", () => {
    const beside = { times: fromNumbers([0, 1], [2]) };
    expect(() => encodeTable("a.csv", { rows: ["x", points], beside })).toThrowError(/times.*3 numbers/s);
  });
});
