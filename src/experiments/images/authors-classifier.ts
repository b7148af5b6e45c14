import { host } from "#host";
import { architectureNamed, type Classifier, classifierOf } from "../../models/index.js";
import { decodeStateDict } from "../../nn/index.js";
import { fail } from "../../tensor/index.js";
import type { ClassifierSource } from "./train-stage.js";

/** What the paper's authors trained, as shipped with this package (see NOTICE). */
const file = new URL("../../../pretrained/nde_mnist.safetensors", import.meta.url);

/**
 * The MNIST classifier of the paper's authors.
 * @throws FILE_NOT_READABLE when the package is not whole.
 */
export async function authorsClassifier(): Promise<Classifier> {
  try {
    const state = decodeStateDict(await host.readShipped(file), "nde_mnist.safetensors");
    return classifierOf(architectureNamed("mnist-authors"), state);
  } catch (cause) {
    throw fail("FILE_NOT_READABLE", {
      what: file.pathname,
      received: String(cause),
      help: "install the package again",
      cause,
    });
  }
}

/** Nothing to train. */
export const trainedByAuthors: ClassifierSource = async (_, _run, onClassifier) => {
  const studied = { classifier: await authorsClassifier(), training: "by the authors of the paper" };
  await onClassifier(studied);
  return studied;
};
