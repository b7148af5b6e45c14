import checkerboardCorrection from "../../../pretrained/flows/checkerboard/correction.onnx?url";
import checkerboard from "../../../pretrained/flows/checkerboard/flow.onnx?url";
import circlesCorrection from "../../../pretrained/flows/circles/correction.onnx?url";
import circles from "../../../pretrained/flows/circles/flow.onnx?url";
import pinwheelCorrection from "../../../pretrained/flows/pinwheel/correction.onnx?url";
import pinwheel from "../../../pretrained/flows/pinwheel/flow.onnx?url";
import ringsCorrection from "../../../pretrained/flows/rings/correction.onnx?url";
import rings from "../../../pretrained/flows/rings/flow.onnx?url";
import { decodeCorrection, hyper } from "../../../src/hypersolver/index.js";
import { decodeFlow, type Flow } from "../../../src/models/index.js";
import type { Learned } from "./subjects.js";

/** Where flows and their corrections of midpoint lie, by name. */
const places: Readonly<Record<string, readonly [flow: string, correction: string]>> = {
  pinwheel: [pinwheel, pinwheelCorrection],
  rings: [rings, ringsCorrection],
  checkerboard: [checkerboard, checkerboardCorrection],
  circles: [circles, circlesCorrection],
};

/** A flow that comes with the package, with a solver that was fitted to it. */
export interface ShippedFlow {
  readonly flow: Flow;
  readonly flowFile: Uint8Array;
  readonly correction: Learned;
}

/** Fetches a flow that comes with the package. */
export async function shippedFlow(name: string): Promise<ShippedFlow> {
  const place = places[name];
  if (place === undefined) throw new Error(`There is no flow "${name}".`);
  const [flowFile, content] = await Promise.all(place.map(bytesAt));
  if (flowFile === undefined || content === undefined) throw new Error(`The flow "${name}" is not whole.`);
  const correction = decodeCorrection(content, "correction.onnx");
  return {
    flow: decodeFlow(flowFile, `${name}/flow.onnx`),
    flowFile,
    correction: { method: hyper(correction), file: () => ({ name: "correction.onnx", content }) },
  };
}

/** The bytes of a file of the site. */
export async function bytesAt(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
