import { expect, test } from "vitest";
import { checked } from "../../../../src/cli/files/checked-tensor.js";
import { zeros } from "../../../../src/tensor/index.js";

test("states of another number of rows than a fixed batch has are told to leave it open", () => {
  const field = { dtype: "float32", shape: [4, 2] } as const;
  expect(checked(zeros([4, 2], "float32"), field, 4, "--states a.npy").shape).toEqual([4, 2]);
  expect(() => checked(zeros([5, 2], "float32"), field, 5, "--states a.npy")).toThrow(
    'exported for 4 rows alone: leave the batch open, dynamic_axes={name: {0: "batch"}}',
  );
  expect(() => checked(zeros([4, 3], "float32"), field, 4, "--states a.npy")).toThrow(
    "see `hypersolvers info`",
  );
});
