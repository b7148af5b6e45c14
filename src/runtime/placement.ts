import type { Graph } from "../graph/index.js";
import { topological } from "../graph/internal.js";
import { type DType, fail } from "../tensor/index.js";
import type { Backend, BackendDevice } from "./backend.js";
import { devices } from "./machine.js";

/**
 * The device for a graph. One with an element type that the wanted device lacks runs whole where there are all its types:
 * float64 references run on the CPU although the solve runs on a GPU. (ONNX Runtime 1.30 for browsers does not load graphs
 * of which WebGPU knows a part.)
 * @throws DEVICE_NOT_AVAILABLE, DTYPE_NOT_AVAILABLE, saying what there is.
 */
export async function deviceFor(
  backend: Pick<Backend, "elementTypes">,
  wanted: BackendDevice,
  graph: Graph,
): Promise<BackendDevice> {
  const known = await backend.elementTypes(wanted);
  if (known === undefined) {
    throw fail("DEVICE_NOT_AVAILABLE", {
      what: `device "${wanted}"`,
      expected: [...(await availableDevices(backend)).keys(), "reference"].join(" or "),
      received: wanted,
      help: "compile for another device",
    });
  }
  const used = [...new Set(topological(Object.values(graph.outputs)).map(({ dtype }) => dtype))];
  const lacking = used.filter((dtype) => !known.includes(dtype));
  return lacking.length === 0 ? wanted : deviceWith(backend, used, lacking);
}

/** All but the interpreter, the CPU first. */
const candidates = devices.filter((device) => device !== "reference");

/** The first device that computes in these types. */
async function deviceWith(
  backend: Pick<Backend, "elementTypes">,
  used: readonly DType[],
  lacking: readonly DType[],
): Promise<BackendDevice> {
  for (const device of candidates) {
    const types = await backend.elementTypes(device);
    if (types !== undefined && used.every((dtype) => types.includes(dtype))) return device;
  }
  const available = [...(await availableDevices(backend))];
  throw fail("DTYPE_NOT_AVAILABLE", {
    what: `a program of ${used.join(", ")}`,
    expected: available.map(([device, types]) => `${types.join(", ")} on ${device}`).join("; "),
    received: lacking.join(", "),
    help: 'convert the program to float32, or compile it for the device "reference"',
  });
}

async function availableDevices(
  backend: Pick<Backend, "elementTypes">,
): Promise<ReadonlyMap<BackendDevice, readonly DType[]>> {
  const available = new Map<BackendDevice, readonly DType[]>();
  for (const device of candidates) {
    const types = await backend.elementTypes(device);
    if (types !== undefined) available.set(device, types);
  }
  return available;
}
