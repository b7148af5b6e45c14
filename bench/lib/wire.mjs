// @ts-check
/** Tensors as JSON: shape, element type and base64 of the little-endian data. */
import { tensor, toFloat64 } from "../../dist/tensor/index.js";
import { viewBytes } from "../../dist/tensor/internal.js";

/** @typedef {import("../../dist/tensor/index.js").Tensor} Tensor */
/** @typedef {Record<string, Tensor>} NamedTensors */
/** @typedef {{ dtype: "float32" | "float64", shape: number[], data: string }} WireTensor */

/** @param {NamedTensors} tensors */
export const encodeTensors = (tensors) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      { dtype, shape, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64") },
    ]),
  );

/** @param {Record<string, WireTensor>} wire @returns {NamedTensors} */
export const decodeTensors = (wire) =>
  Object.fromEntries(
    Object.entries(wire).map(([name, { dtype, shape, data }]) => {
      const bytes = new Uint8Array(Buffer.from(data, "base64"));
      const length = shape.reduce((product, size) => product * size, 1);
      return [name, tensor(dtype, shape, viewBytes(dtype, bytes, 0, length))];
    }),
  );

/** Largest |a − b|. @param {Tensor} a @param {Tensor} b */
export function maxDifference(a, b) {
  const [x, y] = [toFloat64(a), toFloat64(b)];
  if (x.length !== y.length) return Number.NaN;
  return x.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (y[i] ?? Number.NaN))), 0);
}

/** Largest |a − b| over largest |b|, the worst of several tensors. @param {NamedTensors} a @param {NamedTensors} b */
export function worstRelativeDifference(a, b) {
  return Object.entries(b).reduce((worst, [name, reference]) => {
    const value = a[name];
    if (value === undefined) return Number.NaN;
    const scale = toFloat64(reference).reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
    return Math.max(worst, maxDifference(value, reference) / scale);
  }, 0);
}
