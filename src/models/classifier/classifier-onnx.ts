import { normalisations } from "../../data/index.js";
import { encodeOnnx } from "../../graph/index.js";
import { fail } from "../../tensor/index.js";
import type { Classifier } from "./classifier.js";
import { CLASSIFIER_KEY, type ClassifierFacts, type ClassifierStory, factsOf } from "./classifier-file.js";
import { type ClassifierSolveOptions, fixedRule, planOf } from "./compile-classifier.js";
import { fixedGraph } from "./fixed-graph.js";

/** What an exported classifier does, in its metadata. */
export interface ClassifierExport extends ClassifierFacts {
  /** What `images` has to be: (pixel/255 − mean)/deviation by channel. */
  readonly normalisation: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  readonly method: string;
  readonly steps: number;
}

/**
 * The whole classifier as one ONNX file that any runtime runs: h_x, all fixed steps with their correction, h_y. Input
 * `images` [batch, C, H, W], standardised; output `logits` [batch, classes]; any batch size.
 * @param options method and steps, or correction and steps.
 * @throws INVALID_ARGUMENT without fixed steps.
 */
export function encodeClassifier(
  classifier: Classifier,
  options: Pick<ClassifierSolveOptions, "method" | "steps" | "correction">,
  story: ClassifierStory,
): Uint8Array {
  const plan = planOf(classifier, options);
  if (plan.kind !== "fixed") {
    throw fail("INVALID_ARGUMENT", {
      what: "export",
      expected: "fixed steps: give `steps`",
      received: "step control, which is a loop",
    });
  }
  const rule = fixedRule(classifier, plan, options.correction);
  const facts: ClassifierExport = {
    ...factsOf(classifier, story),
    normalisation: normalisations[classifier.architecture.normalisation],
    method: rule.name,
    steps: plan.mesh.length - 1,
  };
  return encodeOnnx(fixedGraph(classifier, rule, plan.mesh), {
    metadata: { [CLASSIFIER_KEY]: JSON.stringify(facts) },
    weights: classifier.state,
  });
}
