import type { Graph } from "../graph/index.js";
import { topological } from "../graph/internal.js";
import { type DType, fail, isFloat } from "../tensor/index.js";
import type { Backend, BackendDevice, DeviceTypes } from "./backend.js";

/**
 * The device for a graph. A graph all of whose fractions are of a type that the wanted device lacks runs where they are
 * known: float64 references run on the CPU although the solve runs on a GPU. In a mixed graph ONNX Runtime itself leaves
 * such operators to the CPU.
 * @throws DEVICE_NOT_AVAILABLE, DTYPE_NOT_AVAILABLE, saying what there is.
 */
export async function deviceFor(
  backend: Pick<Backend, "devices">,
  wanted: BackendDevice,
  graph: Graph,
): Promise<BackendDevice> {
  const available = await backend.devices();
  const known = available[wanted];
  if (known === undefined) {
    throw fail("DEVICE_NOT_AVAILABLE", {
      what: `device "${wanted}"`,
      expected: [...Object.keys(available), "reference"].join(" or "),
      received: wanted,
      help: "compile for another device",
    });
  }
  const used = new Set(topological(Object.values(graph.outputs)).map(({ dtype }) => dtype));
  const lacking = [...used].filter((dtype) => !known.includes(dtype));
  if (lacking.length === 0) return wanted;
  const other = deviceWith(available, lacking);
  return [...used].some((dtype) => isFloat(dtype) && known.includes(dtype)) ? wanted : other;
}

function deviceWith(available: DeviceTypes, wanted: readonly DType[]): BackendDevice {
  const devices = Object.entries(available) as [BackendDevice, readonly DType[]][];
  for (const [device, types] of devices) if (wanted.every((dtype) => types.includes(dtype))) return device;
  throw fail("DTYPE_NOT_AVAILABLE", {
    what: wanted.join(", "),
    expected: devices.map(([device, types]) => `${types.join(", ")} on ${device}`).join("; "),
    received: wanted.join(", "),
    help: 'convert the program to float32, or compile it for the device "reference"',
  });
}
