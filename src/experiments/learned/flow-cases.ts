import { host } from "#host";
import { normalStates, type StateSource } from "../../hypersolver/index.js";
import { decodeFlow } from "../../models/index.js";
import type { Field, Span } from "../../ode/index.js";
import { ffjordField } from "../ffjord.js";
import { baseStates } from "../flow/flow-states.js";

/** A flow that solvers are learned for. */
export interface FlowCase {
  readonly field: Field;
  readonly span: Span;
  readonly states: StateSource;
}

/** Flows that come with the package, by their densities; the first is the paper's authors'. */
export const flowCases = ["gaussians", "pinwheel", "rings", "checkerboard", "circles"] as const;

/** @param density one of `flowCases`. */
export async function flowCase(density: string): Promise<FlowCase> {
  if (density === "gaussians") return { field: await ffjordField(), span: [0, 1], states: normalStates([2]) };
  const file = new URL(`../../../pretrained/flows/${density}/flow.onnx`, import.meta.url);
  const flow = decodeFlow(await host.readShipped(file), "flow.onnx");
  return { field: flow.field, span: flow.span, states: baseStates(flow) };
}
