import { normalizations } from "../../data/index.js";
import { encodeOnnx } from "../../graph/index.js";
import type { Method } from "../../ode/index.js";
import { resolveMethod } from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import type { Classifier } from "./classifier.js";
import { CLASSIFIER_KEY, type ClassifierFacts, type ClassifierStory, factsOf } from "./classifier-file.js";
import { fixedClassifier } from "./fixed-graph.js";

/** What an exported classifier does, in its metadata. */
interface ClassifierExport extends ClassifierFacts {
  /** What `images` has to be: (pixel/255 − mean)/deviation by channel. */
  readonly normalization: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  /** Name of the method: `midpoint`, `hyper-euler`. */
  readonly method: string;
  readonly steps: number;
  /** Its spelling: `midpoint:5`. */
  readonly text: string;
}

/**
 * The whole classifier as one ONNX file that any runtime runs: h_x, all fixed steps with their correction, h_y. Input
 * `images` [batch, C, H, W], standardized; output `logits` [batch, classes]; any batch size.
 * @param method of fixed steps, or the spelling of one.
 * @throws INVALID_ARGUMENT without fixed steps.
 */
export function encodeClassifier(
  classifier: Classifier,
  method: Method | string,
  story: ClassifierStory,
): Uint8Array {
  const whole = resolveMethod(method);
  if (whole.kind !== "fixed") {
    throw fail("INVALID_ARGUMENT", {
      what: "export",
      expected: "fixed steps, such as midpoint:5",
      received: "step control, which is a loop",
    });
  }
  const { graph, steps } = fixedClassifier(classifier, whole);
  const facts: ClassifierExport = {
    ...factsOf(classifier, story),
    normalization: normalizations[classifier.architecture.normalization],
    method: whole.name,
    steps,
    text: whole.text,
  };
  return encodeOnnx(graph, {
    metadata: { [CLASSIFIER_KEY]: JSON.stringify(facts) },
    weights: classifier.state,
  });
}
