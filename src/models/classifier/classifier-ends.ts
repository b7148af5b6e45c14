import { countMacs } from "../../graph/index.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { cast, type Tensor } from "../../tensor/index.js";
import type { Classifier } from "./classifier.js";
import { headGraph, stemGraph } from "./fixed-graph.js";
import { type ClassifierInput, preparedImages } from "./image-input.js";

/** One end of a classifier by itself, in evaluation mode. */
export interface CompiledEnd<Input> {
  /** Multiply–accumulates a sample. */
  readonly macs: number;
  run(input: Input): Promise<Tensor>;
  dispose(): Promise<void>;
}

/**
 * h_x: images, bytes or standardized, to the states z(s₀) that f starts from. What a correction is fitted on.
 * @throws from `run`: SHAPE_MISMATCH; INVALID_ARGUMENT for no images; NON_FINITE for images that are not finite.
 */
export async function compileStem(
  classifier: Classifier,
  options: CompileOptions = {},
): Promise<CompiledEnd<ClassifierInput>> {
  const graph = stemGraph(classifier);
  const program = await compile(graph, options);
  return {
    macs: countMacs(graph),
    run: async (images) => {
      const { z } = await program.run({ images: preparedImages(classifier.architecture, images) });
      return cast(z as Tensor, "float32");
    },
    dispose: () => program.dispose(),
  };
}

/**
 * h_y: states z(s₁) to logits [n, classes].
 * @throws from `run`: SHAPE_MISMATCH.
 */
export async function compileHead(
  classifier: Classifier,
  options: CompileOptions = {},
): Promise<CompiledEnd<Tensor>> {
  const graph = headGraph(classifier);
  const program = await compile(graph, options);
  return {
    macs: countMacs(graph),
    run: async (z) => {
      const { logits } = await program.run({ z: cast(z, "float32") });
      return cast(logits as Tensor, "float32");
    },
    dispose: () => program.dispose(),
  };
}
