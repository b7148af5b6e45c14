import type { ReferenceValue } from "../../operator.js";
import type { Geometry } from "./convolution-geometry.js";

/** Where one product of a convolution finds its three numbers. */
interface Place {
  readonly image: number;
  readonly weight: number;
  readonly result: number;
}

/** Meetings of image, weight and result along one axis; cells of the padding are left out. */
function alongAxis({ image, kernel, result, strides, pads, dilations }: Geometry, axis: 0 | 1): Place[] {
  const places: Place[] = [];
  for (let window = 0; window < result[axis]; window++) {
    for (let tap = 0; tap < kernel[axis]; tap++) {
      const cell = window * strides[axis] + tap * dilations[axis] - pads[axis];
      if (cell >= 0 && cell < image[axis]) places.push({ image: cell, weight: tap, result: window });
    }
  }
  return places;
}

function inPlane(geometry: Geometry): Place[] {
  const { image, kernel, result } = geometry;
  const columns = alongAxis(geometry, 1);
  return alongAxis(geometry, 0).flatMap((row) =>
    columns.map((column) => ({
      image: row.image * image[1] + column.image,
      weight: row.weight * kernel[1] + column.weight,
      result: row.result * result[1] + column.result,
    })),
  );
}

const area = ([height, width]: readonly [number, number]): number => height * width;

/**
 * Visits every product of the trilinear form Σ result·weight·image with its three flat indices:
 * convolution and both its transposes are this sum with another operand left out.
 */
export function forEachProduct(
  geometry: Geometry,
  visit: (image: number, weight: number, result: number) => void,
): void {
  const { batch, groups, inputs, outputs, image, kernel, result } = geometry;
  const plane = inPlane(geometry);
  for (let sample = 0; sample < Number(batch); sample++) {
    for (let output = 0; output < groups * outputs; output++) {
      const group = Math.floor(output / outputs);
      for (let input = 0; input < inputs; input++) {
        const imageStart = ((sample * groups + group) * inputs + input) * area(image);
        const weightStart = (output * inputs + input) * area(kernel);
        const resultStart = (sample * groups * outputs + output) * area(result);
        for (const place of plane)
          visit(imageStart + place.image, weightStart + place.weight, resultStart + place.result);
      }
    }
  }
}

/** Element of an operand of the reference interpreter. */
export const elementsOf = (operand: ReferenceValue | undefined): ((i: number) => number) => {
  const data = operand?.data ?? new Float64Array();
  return (i) => data[i] ?? Number.NaN;
};
