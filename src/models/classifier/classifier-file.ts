import { z } from "zod/mini";
import { decodeSafetensors, encodeSafetensors, fail } from "../../tensor/index.js";
import { firstNonFinite, parseFacts } from "../../tensor/internal.js";
import { libraryName } from "../../version.js";
import type { ClassifierArchitecture } from "./architecture.js";
import { architectureNamed } from "./architectures.js";
import { type Classifier, classifierOf } from "./classifier.js";

/** Key of a classifier's facts in the metadata of its files. */
export const CLASSIFIER_KEY = "hypersolvers.classifier";

/** What is known of a classifier beside its values. */
export interface ClassifierFacts {
  readonly format: 1;
  readonly architecture: string;
  /** Names of the classes, in order. */
  readonly classes: readonly string[];
  /** How it was trained, in words. */
  readonly training: string;
  /** Accuracy on images that training has not seen. */
  readonly heldOutAccuracy?: number | undefined;
  readonly library: string;
}

const schema: z.core.$ZodType<ClassifierFacts> = z.object({
  format: z.literal(1),
  architecture: z.string(),
  classes: z.array(z.string()),
  training: z.string(),
  heldOutAccuracy: z.optional(z.number()),
  library: z.string(),
});

/** What a classifier's maker has to say of it. */
export type ClassifierStory = Pick<ClassifierFacts, "classes" | "training" | "heldOutAccuracy">;

export const factsOf = ({ architecture }: Classifier, story: ClassifierStory): ClassifierFacts => ({
  format: 1,
  architecture: architecture.name,
  ...story,
  library: libraryName,
});

/** A classifier as the bytes of `classifier.safetensors`: its state dict, with its architecture's name and facts. */
export function encodeClassifierState(classifier: Classifier, story: ClassifierStory): Uint8Array {
  return encodeSafetensors(classifier.state, {
    [CLASSIFIER_KEY]: JSON.stringify(factsOf(classifier, story)),
  });
}

/**
 * Reads `classifier.safetensors`.
 * @param what the file's name, for messages.
 * @param among architectures that it may have. Default: the ones of this library.
 * @throws MALFORMED_FILE for another file or damaged facts; INVALID_ARGUMENT for an unknown architecture, and listing
 *   missing and unexpected names of values; SHAPE_MISMATCH listing wrong shapes; NON_FINITE for values that are not.
 */
export function decodeClassifierState(
  bytes: Uint8Array,
  what: string,
  among?: readonly ClassifierArchitecture[],
): Classifier & { readonly facts: ClassifierFacts } {
  const { tensors, metadata } = decodeSafetensors(bytes, what);
  const facts = parseFacts(schema, metadata[CLASSIFIER_KEY], {
    what,
    expected: `a classifier: a safetensors file with "${CLASSIFIER_KEY}" in its metadata`,
    help: "for a state dict of PyTorch take decodeStateDict and classifierOf",
  });
  const architecture = architectureNamed(facts.architecture, among);
  if (facts.classes.length !== architecture.classes) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: `names of ${architecture.classes} classes`,
      received: `${facts.classes.length}`,
    });
  }
  for (const [name, value] of Object.entries(tensors)) {
    const bad = firstNonFinite(value);
    if (bad >= 0) throw fail("NON_FINITE", { what: `${what}: ${name}`, received: `element ${bad}` });
  }
  return { ...classifierOf(architecture, tensors), facts };
}
