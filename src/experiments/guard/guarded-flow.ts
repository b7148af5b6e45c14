import { host } from "#host";
import {
  type Correction,
  decodeCorrection,
  fitCorrection,
  normalStates,
  type StateSource,
} from "../../hypersolver/index.js";
import { decodeFlow } from "../../models/index.js";
import { type Field, heun, type Span } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { ffjordField } from "../ffjord.js";
import { baseStates } from "../flow/flow-states.js";

/** What bounds are measured on. */
export interface GuardedFlow {
  readonly field: Field;
  readonly correction: Correction;
  readonly states: StateSource;
  readonly span: Span;
}

const flowFile = new URL("../../../pretrained/flows/pinwheel/flow.onnx", import.meta.url);
const correctionFile = new URL("../../../pretrained/flows/pinwheel/correction-heun.onnx", import.meta.url);

/** The authors' flow, with a correction fitted here. */
export async function fittedFlow(
  iterations: number,
  seed: number,
  context: RunContext,
): Promise<GuardedFlow> {
  const [field, states] = [await ffjordField(), normalStates([2])];
  const { correction, spec } = await fitCorrection(
    field,
    { base: heun.name, steps: 1, iterations, seed },
    { states },
    context,
  );
  return { field, correction, states, span: spec.span };
}

/** The flow of pinwheels, with the correction that comes with it. */
export async function shippedFlow(): Promise<GuardedFlow> {
  const flow = decodeFlow(await host.readShipped(flowFile), "flow.onnx");
  const correction = decodeCorrection(await host.readShipped(correctionFile), "correction-heun.onnx");
  return { field: flow.field, correction, states: baseStates(flow), span: correction.card.span };
}
