import { oneHot } from "../../data/index.js";
import type { Node } from "../../graph/index.js";
import { splitState } from "../../nn/index.js";
import { type ButcherTableau, withoutErrorControl } from "../../ode/index.js";
import { compileTraining } from "../../optim/index.js";
import { imagesShape, wholeModule } from "./architecture.js";
import type { Classifier } from "./classifier.js";
import { unrolledLoss } from "./classifier-loss.js";
import type { ClassifierTrainer, UpdateOptions } from "./classifier-trainer.js";

export interface UnrolledOptions extends UpdateOptions {
  readonly tableau: ButcherTableau;
  /** All points of the steps, the start of the span first. */
  readonly mesh: readonly number[];
}

/** Training in fixed steps: h_x, all steps, h_y, the way back and the update in one program, one run an iteration. */
export async function compileUnrolledTraining(
  { architecture, state }: Classifier,
  { tableau, mesh, compile = {}, ...update }: UnrolledOptions,
): Promise<ClassifierTrainer> {
  const { classes } = architecture;
  const training = await compileTraining({
    ...update,
    ...splitState(wholeModule(architecture), state),
    batch: { images: { shape: imagesShape(architecture) }, labels: { shape: ["batch", classes] } },
    loss: (parameters, batch, buffers) => {
      const { images, labels } = batch as { readonly images: Node; readonly labels: Node };
      const nodes = { ...parameters, ...buffers };
      const result = unrolledLoss(architecture, tableau, mesh, nodes, { images, labels });
      return { loss: result.loss, metrics: { accuracy: result.accuracy }, buffers: result.buffers };
    },
    compile: { hot: true, ...compile },
  });
  const nfe = withoutErrorControl(tableau).stages * (mesh.length - 1);
  return {
    get iteration() {
      return training.iteration;
    },
    step: async ({ images, labels }, learningRate) => {
      const { metrics, ...result } = await training.step(
        { images, labels: oneHot(labels, classes) },
        learningRate,
      );
      return { ...result, accuracy: metrics.accuracy ?? Number.NaN, nfe, backwardNfe: nfe };
    },
    values: () => ({
      ...(update.averageDecay === undefined ? training.parameters() : training.averaged()),
      ...training.buffers(),
    }),
    state: () => training.state(),
    restore: (saved) => training.restore(saved),
    dispose: () => training.dispose(),
  };
}
