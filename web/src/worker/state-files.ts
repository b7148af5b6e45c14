import { decodeCsv, decodeNpy, decodeNpz, isNpy, isZip } from "../../../src/data/index.js";
import type { Samples } from "../../../src/hypersolver/internal.js";
import { cast, decodeSafetensors, isFloat, type Tensor } from "../../../src/tensor/index.js";

/**
 * States out of a file of the visitor's, by its ending: [n, …]; out of safetensors and .npz also values of the field's controls.
 * @param controls their names.
 */
export function samplesOf(name: string, bytes: Uint8Array, controls: readonly string[]): Samples {
  const tensors = read(name, bytes);
  const floats = Object.entries(tensors).filter(
    ([own, { dtype }]) => isFloat(dtype) && !controls.includes(own),
  );
  const [, found] = floats.find(([own]) => own === "z0") ?? floats[0] ?? [];
  if (found === undefined) throw new Error(`${name} holds no tensor of numbers.`);
  if (found.shape.length < 2)
    throw new Error(`${name} holds no rows: its shape is [${found.shape.join(", ")}].`);
  const missing = controls.filter((control) => tensors[control] === undefined);
  if (missing.length > 0) throw new Error(controlsWanted(missing));
  const values = controls.map((control) => [control, cast(tensors[control] as Tensor, "float32")] as const);
  return { z0: cast(found, "float32"), controls: Object.fromEntries(values) };
}

/** What to do about controls without values. */
export const controlsWanted = (names: readonly string[]): string =>
  `This field has controls (${names.join(", ")}): drop states with their values, as one .safetensors or .npz file with the tensors z0, ${names.join(", ")}.`;

function read(name: string, bytes: Uint8Array): Readonly<Record<string, Tensor>> {
  if (/\.csv$|\.tsv$|\.txt$/i.test(name))
    return { z0: decodeCsv(new TextDecoder().decode(bytes), name).points };
  if (isNpy(bytes)) return { z0: decodeNpy(bytes, name) };
  if (isZip(bytes)) return decodeNpz(bytes, name);
  return decodeSafetensors(bytes, name).tensors;
}
