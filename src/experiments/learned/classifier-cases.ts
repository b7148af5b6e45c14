import { host } from "#host";
import { decodeCorrection, hyper } from "../../hypersolver/index.js";
import { type Classifier, decodeClassifierState } from "../../models/index.js";
import { midpoint } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { fail } from "../../tensor/index.js";
import { authorsClassifier } from "../images/authors-classifier.js";
import { compileEnds } from "../images/classifier-ends.js";
import { encodedImages } from "../images/encoded-images.js";
import { imageHypersolvers } from "../images/image-methods.js";
import type { Competitor } from "../kit/competitor.js";
import type { LabeledImages } from "../kit/experiment.js";
import type { LearnedCase } from "./learned-case.js";

/** Classifiers that come with the package, with corrections of their own. */
export type ShippedClassifier = "mnist-authors" | "cifar10";

/** The equation of a classifier, with images through its first layers as states. */
export async function classifierCase(
  name: ShippedClassifier,
  images: LabeledImages | undefined,
  context: RunContext,
): Promise<LearnedCase> {
  if (images === undefined)
    throw fail("INVALID_ARGUMENT", { what: "images", expected: `those of ${name}`, received: "none" });
  const classifier = await (name === "mnist-authors" ? authorsClassifier() : shippedClassifier(name));
  const ends = await compileEnds(classifier, machineOf(context));
  return {
    field: classifier.field,
    span: classifier.architecture.span,
    states: encodedImages(ends, images),
    base: midpoint,
    measure: "relative",
    // Errors are what is asked; there are a hundred methods.
    repetitions: 1,
    rivals: await shippedRivals(name),
    dispose: () => ends.dispose(),
  };
}

const shipped = (name: ShippedClassifier, file: string): Promise<Uint8Array> =>
  host.readShipped(new URL(`../../../pretrained/classifiers/${name}/${file}`, import.meta.url));

async function shippedClassifier(name: ShippedClassifier): Promise<Classifier> {
  const file = "classifier.safetensors";
  const { facts: _, ...classifier } = decodeClassifierState(await shipped(name, file), file);
  return classifier;
}

/** The paper's hypersolvers of this classifier, as they were fitted. */
const shippedRivals = (name: ShippedClassifier): Promise<Competitor[]> =>
  Promise.all(
    imageHypersolvers("features").map(async ({ name: title, file, fit: { steps } }): Promise<Competitor> => {
      const method = hyper(decodeCorrection(await shipped(name, file), file), { steps }, { file });
      return { method, title: `${title}, shipped`, role: "hypersolver", fitted: true };
    }),
  );
