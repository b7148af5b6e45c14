/** The fields, flows and classifiers that come with the package, by name, under Node: `hypersolvers/pretrained`. */
import { fileURLToPath } from "node:url";
import { fail } from "../tensor/index.js";

const flows = ["pinwheel", "rings", "checkerboard", "circles"] as const;

/** Files below `pretrained/`, by what people call them. */
const files: Readonly<Record<string, string>> = {
  /** The field of the paper's authors, five Gaussians. */
  ffjord: "ffjord_gaussians_field.onnx",
  ...Object.fromEntries(flows.map((name) => [name, `flows/${name}/flow.onnx`])),
  /** A U-Net that makes digits by flow matching: velocity of a rectified flow. */
  digits: "image-flow/field.onnx",
  mnist: "classifiers/mnist/classifier.safetensors",
  cifar10: "classifiers/cifar10/classifier.safetensors",
};

/** Names that `pretrainedPath` knows. */
export const pretrainedNames: readonly string[] = Object.keys(files);

/** Those of them that are vector fields: what `fit`, `solve`, `compare`, `tune` and `info` take by name. */
export const pretrainedFields: readonly string[] = ["ffjord", ...flows, "digits"];

/** Where the file of a name lies; undefined for other names. */
export function pretrainedFile(name: string): string | undefined {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  return file && fileURLToPath(new URL(`../../pretrained/${file}`, import.meta.url));
}

/**
 * Where a shipped model lies: `pretrainedPath("ffjord")`.
 * @throws INVALID_ARGUMENT listing the names there are.
 */
export function pretrainedPath(name: string): string {
  const path = pretrainedFile(name);
  if (path !== undefined) return path;
  throw fail("INVALID_ARGUMENT", {
    what: "pretrained model",
    expected: `one of ${pretrainedNames.join(", ")}`,
    received: name,
  });
}
