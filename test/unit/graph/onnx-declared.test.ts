import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { concat, constant, encodeOnnx, expand, trace } from "../../../src/graph/index.js";
import { fromNumbers } from "../../../src/tensor/index.js";

test("what a program repeats by the row has its extents in the file: ONNX Runtime infers none", () => {
  const repeating = trace({ z: { dtype: "float32", shape: ["batch", 3] } }, ({ z }) => ({
    dz: concat([z, expand(constant(fromNumbers([1, 2], [2])), ["batch", 2], z)], 1),
  }));
  const file = encodeOnnx(repeating);
  const { node = [], valueInfo = [] } = fromBinary(ModelProtoSchema, file).graph ?? {};
  const repeated = node.filter(({ opType }) => opType === "Expand").flatMap(({ output }) => output);
  expect(repeated).toHaveLength(1);
  expect(valueInfo.map(({ name }) => name)).toEqual(repeated);
  const [{ type } = {}] = valueInfo;
  const extents = type?.value.case === "tensorType" ? type.value.value.shape?.dim : [];
  expect(extents?.map(({ value: { value } }) => value)).toEqual(["batch", 2n]);
});
