import { describe, expect, it } from "vitest";
import { type GpuPlace, requireCuda, softwareGpuNote } from "../../../src/runtime/node/gpu.js";

const place = (...there: readonly string[]): GpuPlace => ({
  ...{ platform: "linux", arch: "x64", binaries: "/bin" },
  has: (path) => there.includes(path),
});
const library = "/bin/libonnxruntime_providers_cuda.so";

describe("CUDA", () => {
  it("is refused with what is missing, and where it comes from", () => {
    const refused = (of: GpuPlace): object => {
      try {
        requireCuda(of);
        return {};
      } catch (error) {
        return error as object;
      }
    };
    expect(refused(place("/dev/nvidiactl"))).toMatchObject({
      code: "DEVICE_NOT_AVAILABLE",
      facts: {
        received: expect.stringContaining("providers_cuda"),
        help: expect.stringContaining("npm install onnxruntime-node"),
      },
    });
    expect(refused({ ...place(), arch: "arm64" })).toMatchObject({
      facts: { help: expect.stringContaining("Linux x64 alone") },
    });
    expect(refused(place(library))).toMatchObject({ facts: { help: expect.stringContaining("nvidia-smi") } });
    for (const driver of ["/dev/nvidiactl", "/dev/dxg"]) expect(refused(place(library, driver))).toEqual({});
  });
});

describe("WebGPU", () => {
  it("is told to be software where Linux has no device of a GPU", () => {
    expect(softwareGpuNote(place())).toMatch(/finds no GPU here/);
    for (const device of ["/dev/dri", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd"])
      expect(softwareGpuNote(place(device))).toBeUndefined();
    expect(softwareGpuNote({ ...place(), platform: "darwin" })).toBeUndefined();
  });
});
