import { oneHot } from "../../../data/index.js";
import {
  type InputSpec,
  type NamedNodes,
  type Node,
  type Operand,
  reshape,
  slice,
} from "../../../graph/index.js";
import { splitState } from "../../../nn/internal.js";
import type { ButcherTableau } from "../../../ode/index.js";
import { type MeshStep, stepsOf, withoutErrorControl } from "../../../ode/internal.js";
import { compileTraining } from "../../../optim/index.js";
import type { CompileOptions, NamedTensors } from "../../../runtime/index.js";
import { tensor } from "../../../tensor/index.js";
import { imagesShape, wholeModule } from "../architecture.js";
import type { Classifier } from "../classifier.js";
import { unrolledLoss } from "./classifier-loss.js";
import type { ClassifierTrainer, UpdateOptions } from "./classifier-trainer.js";
import type { RandomMeshes } from "./random-meshes.js";

export interface UnrolledOptions extends UpdateOptions {
  readonly tableau: ButcherTableau;
  /** All points of the steps, the start of the span first. */
  readonly mesh: readonly number[];
  /** Other meshes of as many points, one an iteration. */
  readonly meshes?: RandomMeshes | undefined;
}

/** Training in fixed steps: h_x, all steps, h_y, the way back and the update in one program, one run an iteration. */
export async function compileUnrolledTraining(
  { architecture, state }: Classifier,
  { tableau, mesh, meshes, ...update }: UnrolledOptions,
  machine: CompileOptions = {},
): Promise<ClassifierTrainer> {
  const { classes } = architecture;
  const pieces: InputSpec = { shape: [mesh.length - 1] };
  const drawn: Record<string, InputSpec> = meshes === undefined ? {} : { starts: pieces, sizes: pieces };
  const batch: Record<string, InputSpec> = {
    images: { shape: imagesShape(architecture) },
    labels: { shape: ["batch", classes] },
    ...drawn,
  };
  const values = splitState(wholeModule(architecture), state);
  const training = await compileTraining(
    {
      ...update,
      ...values,
      batch,
      // Batch normalization is what has buffers, and it ties the rows of a batch together.
      rowwise: Object.keys(values.buffers).length === 0,
      loss: (parameters, given: NamedNodes, buffers) => {
        const { images, labels } = given as { readonly images: Node; readonly labels: Node };
        const nodes = { ...parameters, ...buffers };
        const result = unrolledLoss(architecture, tableau, stepsIn(given, mesh), nodes, { images, labels });
        return { loss: result.loss, metrics: { accuracy: result.accuracy }, buffers: result.buffers };
      },
    },
    { hot: true, ...machine },
  );
  const nfe = withoutErrorControl(tableau).stages * (mesh.length - 1);
  return {
    get iteration() {
      return training.iteration;
    },
    step: async ({ images, labels }, learningRate) => {
      const { metrics, ...result } = await training.step(
        {
          images,
          labels: oneHot(labels, classes),
          ...(meshes && stepTensors(meshes.at(training.iteration))),
        },
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

/** The steps of a mesh that the program is given, or of the one that is always the same. */
function stepsIn({ starts, sizes }: NamedNodes, mesh: readonly number[]): readonly MeshStep<Operand>[] {
  if (starts === undefined || sizes === undefined) return stepsOf(mesh);
  const at = (values: Node, k: number): Node => reshape(slice(values, 0, k, k + 1), []);
  return mesh.slice(1).map((_, k) => ({ s: at(starts, k), dt: at(sizes, k) }));
}

function stepTensors(mesh: readonly number[]): NamedTensors {
  const steps = stepsOf(mesh);
  const row = (values: readonly number[]) => tensor("float32", [values.length], Float32Array.from(values));
  return { starts: row(steps.map(({ s }) => s)), sizes: row(steps.map(({ dt }) => dt)) };
}
