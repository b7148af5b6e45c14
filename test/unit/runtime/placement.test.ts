import { describe, expect, test } from "vitest";
import { add, cast, type Graph, mul, tanh, trace } from "../../../src/graph/index.js";
import type { BackendDevice, DeviceTypes } from "../../../src/runtime/backend.js";
import { deviceFor } from "../../../src/runtime/placement.js";

const place = (devices: DeviceTypes, wanted: BackendDevice, graph: Graph): Promise<BackendDevice> =>
  deviceFor({ elementTypes: async (device) => devices[device] }, wanted, graph);

const ofType = (dtype: "float32" | "float64"): Graph =>
  trace({ z: { shape: ["batch", 2], dtype } }, ({ z }) => ({ y: tanh(mul(z, z)) }));
const single = ofType("float32");
const double = ofType("float64");
/** A float64 scale inside a float32 program. */
const mixed = trace(
  { z: { shape: ["batch", 2] }, scale: { shape: [], dtype: "float64" } },
  ({ z, scale }) => ({
    y: mul(z, cast(add(scale, 1), "float32")),
  }),
);
const page: DeviceTypes = {
  cpu: ["float32", "float64", "int64", "bool"],
  webgpu: ["float32", "int64", "bool"],
};

describe("where a program runs", () => {
  test.each([
    ["float32 on the wanted device", single, "webgpu"],
    ["float64 on the CPU where the GPU has none", double, "cpu"],
    ["float32 with some float64 on the CPU, which has both", mixed, "cpu"],
  ] as const)("%s", async (_, graph, expected) => {
    expect(await place(page, "webgpu", graph)).toBe(expected);
    expect(await place(page, "cpu", graph)).toBe("cpu");
  });

  test("a device that is not there is refused with those that are", async () => {
    await expect(place(page, "cuda", single)).rejects.toMatchObject({
      code: "DEVICE_NOT_AVAILABLE",
      facts: { what: 'device "cuda"', expected: "cpu or webgpu or reference", received: "cuda" },
    });
  });

  test.each([
    ["alone", double],
    ["beside float32", mixed],
  ])("an element type that no device has is refused with those that they have: %s", async (_, graph) => {
    const gpuAlone: DeviceTypes = { webgpu: ["float32", "bool"] };
    expect(await place(gpuAlone, "webgpu", single)).toBe("webgpu");
    await expect(place(gpuAlone, "webgpu", graph)).rejects.toMatchObject({
      code: "DTYPE_NOT_AVAILABLE",
      facts: { expected: "float32, bool on webgpu", received: "float64" },
    });
  });
});
