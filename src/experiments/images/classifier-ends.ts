import {
  type Classifier,
  type ClassifierInput,
  type CompiledEnd,
  compileInlet,
  compileOutlet,
} from "../../models/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";

/** What stands before and behind the equation of a classifier, to study the solve between them. */
export interface ClassifierEnds {
  readonly inlet: CompiledEnd<ClassifierInput>;
  readonly outlet: CompiledEnd<Tensor>;
  dispose(): Promise<void>;
}

export async function compileEnds(
  classifier: Classifier,
  options: CompileOptions = {},
): Promise<ClassifierEnds> {
  const inlet = await compileInlet(classifier, options);
  const outlet = await compileOutlet(classifier, options);
  return {
    ...{ inlet, outlet },
    dispose: async () => {
      await inlet.dispose();
      await outlet.dispose();
    },
  };
}
