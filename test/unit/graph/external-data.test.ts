import { readFileSync } from "node:fs";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, StringStringEntryProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { embedExternalData, encodeOnnx, externalDataFiles, importOnnx } from "../../../src/graph/index.js";
import { isHypersolversError } from "../../../src/tensor/index.js";

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/exported/${name}`, import.meta.url)));

const whole = fixture("mlp_tcat.dy.onnx");
/** The same model by `onnx.save(model, file, save_as_external_data=True, size_threshold=0)`. */
const split = fixture("mlp_tcat_split.onnx");
const weights = fixture("mlp_tcat_split.onnx.data");

/** The split model with another place of its first weight. */
function misplaced(change: Readonly<Record<string, string>>): Uint8Array {
  const model = fromBinary(ModelProtoSchema, split);
  const tensor = model.graph?.initializer[0];
  for (const [key, value] of Object.entries(change)) {
    const entry = tensor?.externalData.find((known) => known.key === key);
    if (entry !== undefined) entry.value = value;
    else tensor?.externalData.push(create(StringStringEntryProtoSchema, { key, value }));
  }
  return toBinary(ModelProtoSchema, model);
}

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    if (isHypersolversError(error)) return error.code;
    throw error;
  }
  return undefined;
};

describe("weights in a second file", () => {
  test("are the same ones once they are inside", () => {
    expect(externalDataFiles(split, "split")).toEqual(["mlp_tcat_split.onnx.data"]);
    const embedded = embedExternalData(split, new Map([["mlp_tcat_split.onnx.data", weights]]), "split");
    expect(externalDataFiles(embedded, "embedded")).toEqual([]);
    const [ours, theirs] = [importOnnx(embedded, "embedded"), importOnnx(whole, "whole")];
    expect(Object.keys(theirs.parameters).length).toBeGreaterThan(0);
    expect(ours.parameters).toEqual(theirs.parameters);
    expect(encodeOnnx(ours.graph)).toEqual(encodeOnnx(theirs.graph));
  });

  test("a model that has them inside stays as it is", () => {
    expect(externalDataFiles(whole, "whole")).toEqual([]);
    expect(embedExternalData(whole, new Map(), "whole")).toBe(whole);
  });

  test("without the file, or without being put inside, the file is named", () => {
    expect(() => embedExternalData(split, new Map(), "split")).toThrow(/mlp_tcat_split\.onnx\.data/);
    expect(() => importOnnx(split, "split")).toThrow(/embedExternalData/);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["beyond the end of the file", { offset: "1000000000" }, "MALFORMED_FILE"],
    ["longer than the file", { length: "1000000000" }, "MALFORMED_FILE"],
    ["negative", { offset: "-4" }, "MALFORMED_FILE"],
    ["no number", { length: "many" }, "MALFORMED_FILE"],
    ["nowhere", { location: "" }, "MALFORMED_FILE"],
    ["of another length than the shape", { length: "4" }, "MALFORMED_FILE"],
  ])("places %s are refused", (_title, change, code) => {
    const files = new Map([["mlp_tcat_split.onnx.data", weights]]);
    expect(codeOf(() => importOnnx(embedExternalData(misplaced(change), files, "split"), "split"))).toBe(
      code,
    );
  });
});
