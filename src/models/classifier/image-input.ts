import { type ImageSet, imageTensor, normalizations } from "../../data/index.js";
import { cast, fail, formatShape, isFloat, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import type { ClassifierArchitecture } from "./architecture.js";

/** Images as bytes, which the classifier standardizes, or standardized already, float [n, C, H, W]. */
export type ClassifierInput = ImageSet | Tensor;

const isTensor = (input: ClassifierInput): input is Tensor => "dtype" in input;

/**
 * What h_x reads.
 * @returns float32 [n, C, H, W], n ≥ 1.
 * @throws SHAPE_MISMATCH; INVALID_ARGUMENT for no images; NON_FINITE naming the first bad image.
 */
export function preparedImages(architecture: ClassifierArchitecture, input: ClassifierInput): Tensor {
  requireImages(
    architecture,
    input.shape,
    isTensor(input) && !isFloat(input.dtype) ? input.dtype : undefined,
  );
  if (!isTensor(input)) return imageTensor(input, normalizations[architecture.normalization]);
  const bad = firstNonFinite(input);
  if (bad < 0) return cast(input, "float32");
  const size = input.data.length / (input.shape[0] ?? 1);
  throw fail("NON_FINITE", {
    what: "images",
    expected: "finite pixels",
    received: `NaN or infinity in image ${Math.floor(bad / size)}, counted from 0`,
  });
}

function requireImages(
  { name, image }: ClassifierArchitecture,
  shape: readonly number[],
  dtype: string | undefined,
): void {
  const [count = 0, ...extents] = shape;
  if (dtype !== undefined || formatShape(extents) !== formatShape(image)) {
    throw fail("SHAPE_MISMATCH", {
      what: `images for ${name}`,
      expected: `float32${formatShape(["n", ...image])}`,
      received: `${dtype ?? ""}${formatShape(shape)}`,
    });
  }
  if (count === 0)
    throw fail("INVALID_ARGUMENT", { what: "images", expected: "one image or more", received: "none" });
}

/**
 * Images and labels that this architecture can learn from or be measured on.
 * @throws SHAPE_MISMATCH for other images; INVALID_ARGUMENT for no images, another number of classes, or a label that
 *   has none.
 */
export function requireImageSet(architecture: ClassifierArchitecture, set: ImageSet): void {
  requireImages(architecture, set.shape, undefined);
  const { classes, name } = architecture;
  const invalid = (what: string, expected: string, received: string): Error =>
    fail("INVALID_ARGUMENT", { what, expected, received });
  if (set.classes.length !== classes)
    throw invalid(`images for ${name}`, `${classes} classes`, `${set.classes.length}`);
  const [count] = set.shape;
  if (set.labels.length !== count)
    throw invalid("labels", `one for each of ${count} images`, `${set.labels.length}`);
  const stray = set.labels.findIndex((label) => label >= classes);
  if (stray >= 0)
    throw invalid(
      `label of image ${stray}, counted from 0`,
      `a class from 0 to ${classes - 1}`,
      `${set.labels[stray]}`,
    );
}
