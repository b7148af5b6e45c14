import { host } from "#host";
import { normalStates } from "../../hypersolver/index.js";
import { decodeFlow } from "../../models/index.js";
import { heun } from "../../ode/index.js";
import { ffjordField } from "../ffjord.js";
import { baseStates } from "../flow/flow-states.js";
import type { LearnedCase } from "./learned-case.js";

/** Flows that come with the package, by their densities; the first is the paper's authors'. */
export const flowCases = ["gaussians", "pinwheel", "rings", "checkerboard", "circles"] as const;

/** @param density one of `flowCases`. */
export async function flowCase(density: string): Promise<LearnedCase> {
  const usual = {
    base: heun,
    measure: "error",
    repetitions: 3,
    rivals: [],
    dispose: async () => {},
  } as const;
  if (density === "gaussians")
    return { ...usual, field: await ffjordField(), span: [0, 1], states: normalStates([2]) };
  const file = new URL(`../../../pretrained/flows/${density}/flow.onnx`, import.meta.url);
  const flow = decodeFlow(await host.readShipped(file), "flow.onnx");
  return { ...usual, field: flow.field, span: flow.span, states: baseStates(flow) };
}
