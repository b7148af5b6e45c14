import { baseStates } from "../../../src/experiments/index.js";
import type { Flow } from "../../../src/models/index.js";
import { type FlowLook, lookOf } from "./flow-look.js";
import type { JobContext } from "./job-context.js";
import { runContext } from "./runtime.js";
import { shippedFlow } from "./shipped-flows.js";
import { enter, type Subject } from "./subjects.js";

/** Makes a shipped flow the subject of the page, with the correction that comes with it. */
export async function openFlow(
  { name }: { readonly name: string },
  { signal }: JobContext,
): Promise<FlowLook> {
  const { flow, flowFile, correction } = await shippedFlow(name);
  const look = await lookOf(flow, await runContext({ signal }));
  enterFlow(name, flow, flowFile).learned.set("correction", correction);
  return look;
}

/** Makes a flow the subject of the page. */
export function enterFlow(name: string, flow: Flow, flowFile: Uint8Array): Subject {
  const { field, span, standardization } = flow;
  return enter("flow", { name, field, span, standardization, flow, flowFile, states: baseStates(flow) });
}
