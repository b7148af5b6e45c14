import { type CompileOptions, compile } from "../../runtime/index.js";
import { cast, type Tensor } from "../../tensor/index.js";
import type { Classifier } from "./classifier.js";
import { inletGraph, outletGraph } from "./fixed-graph.js";
import { type ClassifierInput, preparedImages } from "./image-input.js";

/** What stands before and behind the equation of a classifier, ready to run. */
export interface ClassifierEnds {
  /** h_x: images to initial states, [n, …]. @throws as `preparedImages`. */
  encode(images: ClassifierInput): Promise<Tensor>;
  /** h_y: states at the end of the span to logits, [n, classes]. */
  decode(z: Tensor): Promise<Tensor>;
  dispose(): Promise<void>;
}

/** Compiles h_x and h_y apart from the solve between them, to study that. */
export async function compileEnds(
  classifier: Classifier,
  options: CompileOptions = {},
): Promise<ClassifierEnds> {
  const inlet = await compile(inletGraph(classifier), options);
  const outlet = await compile(outletGraph(classifier), options);
  return {
    encode: async (input) => {
      const { z } = await inlet.run({ images: preparedImages(classifier.architecture, input) });
      return cast(z as Tensor, "float32");
    },
    decode: async (z) => {
      const { logits } = await outlet.run({ z: cast(z, "float32") });
      return cast(logits as Tensor, "float32");
    },
    dispose: async () => {
      await inlet.dispose();
      await outlet.dispose();
    },
  };
}
