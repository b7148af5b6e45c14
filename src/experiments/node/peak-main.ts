import { existsSync, readFileSync } from "node:fs";
import { decodeCorrection } from "../../hypersolver/index.js";
import { methodOf } from "../../hypersolver/internal.js";
import { compileFlowSampler, decodeFlow } from "../../models/index.js";
import { Random } from "../../tensor/index.js";
import type { PeakReply, PeakRequest } from "../cnf/peak-messages.js";

/** Entry of the process behind `peakMemory`: draws a few times, answers with the peak of its resident memory in bytes. */

const DRAWS = 3;

process.once(
  "message",
  async ({ flow, correction = new Uint8Array(), method, compile, count }: PeakRequest) => {
    const sampler = await compileFlowSampler(decodeFlow(flow, "flow.onnx"), {
      ...compile,
      method: methodOf(method, () => decodeCorrection(correction, "correction.onnx")),
    });
    for (let i = 0; i < DRAWS; i++) await sampler.sample(count, new Random(i));
    const reply: PeakReply = { bytes: peakBytes() };
    process.send?.(reply, () => process.exit());
  },
);

/**
 * As Linux counts it, undefined elsewhere. `resourceUsage` would tell the larger of this and what the process that asked
 * held when it started this one.
 */
function peakBytes(): number | undefined {
  const status = "/proc/self/status";
  const kilobytes = existsSync(status) && /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(status, "utf8"))?.[1];
  return kilobytes ? Number(kilobytes) * 1024 : undefined;
}
