import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fail } from "../../tensor/index.js";

/** What a machine has of what GPUs need. */
export interface GpuPlace {
  readonly platform: string;
  readonly arch: string;
  /** The folder of onnxruntime-node's binaries, one for every version of Node's interface and platform. */
  readonly binaries: string;
  /** Whether there is a file or folder of that name. */
  has(path: string): boolean;
}

/** Of the machine that this process runs on. */
export function gpuPlace(): GpuPlace {
  const manifest = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  const versions = join(dirname(manifest), "bin");
  const [version = ""] = existsSync(versions) ? readdirSync(versions) : [];
  const { platform, arch } = process;
  return { platform, arch, binaries: join(versions, version, platform, arch), has: existsSync };
}

/**
 * Looks for what CUDA needs before ONNX Runtime does, which says no more than that a library did not load.
 * @throws DEVICE_NOT_AVAILABLE that names what is missing, and where it comes from.
 */
export function requireCuda({ platform, arch, binaries, has }: GpuPlace): void {
  const refuse = (expected: string, received: string, help: string): Error =>
    fail("DEVICE_NOT_AVAILABLE", { what: 'device "cuda"', expected, received, help });
  const library = join(
    binaries,
    platform === "win32" ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so",
  );
  if (!has(library))
    throw refuse(
      "ONNX Runtime's library for CUDA",
      `no ${library}`,
      `${platform === "linux" && arch === "x64" ? "let the install script of onnxruntime-node download it: npm install onnxruntime-node" : "it is there for Linux x64 alone"}; or use --device cpu`,
    );
  if (platform === "linux" && !["/dev/nvidiactl", "/dev/dxg"].some(has))
    throw refuse(
      "an NVIDIA GPU with its driver",
      "no /dev/nvidiactl",
      "see whether `nvidia-smi` finds a GPU, in a container too; or use --device cpu",
    );
}

/**
 * A note for machines where WebGPU can only be software that computes on the CPU: Linux without the device of a GPU.
 * Undefined where there is one, or nothing is known.
 */
export function softwareGpuNote({ platform, has }: Pick<GpuPlace, "platform" | "has">): string | undefined {
  if (platform !== "linux" || ["/dev/dri", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd"].some(has))
    return undefined;
  return "WebGPU finds no GPU here, and computes in software on the CPU: slower than --device cpu, which is exact as well";
}
