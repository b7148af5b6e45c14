import type { Classifier } from "../../models/index.js";
import { type ClassifierInput, type CompiledEnd, compileHead, compileStem } from "../../models/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";

/** What stands before and behind the equation of a classifier, to study the solve between them. */
export interface ClassifierEnds {
  readonly stem: CompiledEnd<ClassifierInput>;
  readonly head: CompiledEnd<Tensor>;
  dispose(): Promise<void>;
}

export async function compileEnds(
  classifier: Classifier,
  options: CompileOptions = {},
): Promise<ClassifierEnds> {
  const stem = await compileStem(classifier, options);
  const head = await compileHead(classifier, options);
  return {
    stem,
    head,
    dispose: async () => {
      await stem.dispose();
      await head.dispose();
    },
  };
}
