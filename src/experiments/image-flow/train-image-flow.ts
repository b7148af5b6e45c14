import { host } from "#host";
import { type ImageSet, imageTensor, type Normalization, pickImages } from "../../data/index.js";
import { imageRows, rowBatches } from "../../data/internal.js";
import { type InputSpec, importOnnx, type Node, trace } from "../../graph/index.js";
import { type MatchedField, matchField } from "../../models/internal.js";
import {
  decodeStateDict,
  encodeStateDict,
  initialize,
  parameterInputs,
  type StateDict,
  unet,
} from "../../nn/index.js";
import { type Field, fieldOfModel } from "../../ode/index.js";
import { makeField } from "../../ode/internal.js";
import { Random } from "../../tensor/index.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { decodeJson, encodeJson } from "../kit/codec.js";
import type { LabeledImages } from "../kit/experiment.js";
import type { Stage } from "../kit/stage.js";
import type { ImageFlowSpec } from "./image-flow-spec.js";

/** Training images that choose among parameters instead: the last ones. */
const VALIDATION = 256;

/** Pixels of 0 … 255 as −1 … 1: noise at s = 0 has about their size. */
export const pixelScale: Normalization = { mean: [0.5], deviation: [0.5] };

/** A U-Net as a field on images of one channel, 28×28, with s a sample. */
export function unetField(channels: readonly number[], values: StateDict | Random): Field {
  const network = unet({ imageChannels: 1, channels });
  const specs: Record<string, InputSpec> = {
    z: { shape: ["batch", 1, 28, 28] },
    s: { shape: ["batch", 1] },
    ...parameterInputs(network),
  };
  const graph = trace(specs, (nodes) => ({ dz: network.apply(nodes, nodes.z as Node, nodes.s) }));
  const parameters = values instanceof Random ? initialize(network, values) : values;
  return makeField(graph, { state: "z", depth: "s", controls: [], output: "dz" }, parameters);
}

const shippedFile = new URL("../../../pretrained/image-flow/field.onnx", import.meta.url);

/** The flow that comes with the package, which this experiment trained. */
export async function shippedFlow(): Promise<MatchedField> {
  const field = fieldOfModel(importOnnx(await host.readShipped(shippedFile), "digits"));
  return { field, status: "complete", iterations: 0, curve: [], seconds: 0 };
}

/** The training of the flow; goes on from its checkpoint. */
export const imageFlowStage = (
  { channels, trainingIterations, trainingBatch, learningRate }: ImageFlowSpec,
  { training, description }: LabeledImages,
  seed: number,
): Stage<MatchedField> => ({
  name: "train",
  settings: { channels, trainingIterations, trainingBatch, learningRate, seed, data: description },
  codec: {
    encode: ({ field, ...rest }) => ({
      safetensors: encodeStateDict(field.parameters),
      json: encodeJson(rest),
    }),
    decode: ({ safetensors = new Uint8Array(), json }) => ({
      ...decodeJson<Omit<MatchedField, "field">>(json),
      field: unetField(channels, decodeStateDict(safetensors, "train.safetensors")),
    }),
  },
  isWhole: ({ status }) => status === "complete",
  make: async (context, checkpoint) => {
    const random = new Random(seed);
    const spec = {
      ...{ iterations: trainingIterations, batch: trainingBatch, learningRate, seed },
      ...{ validations: 20, averageDecay: 1 - Math.min(0.1, 10 / trainingIterations) },
    };
    const data = { ...pixelsOf(training, trainingBatch, random), description };
    const field = unetField(channels, random.fork("network"));
    return matchField(field, spec, { ...data, ...(await checkpointingIn(checkpoint)) }, context);
  },
});

/** Mini-batches of all images but the last, which validate. */
function pixelsOf(images: ImageSet, batch: number, random: Random) {
  const [count] = images.shape;
  const kept = Math.min(VALIDATION, Math.floor(count / 4));
  const batches = rowBatches(count - kept, batch, random.fork("images"));
  return {
    batch: (iteration: number) => imageTensor(pickImages(images, batches.rows(iteration)), pixelScale),
    validation: imageTensor(imageRows(images, count - kept, count), pixelScale),
  };
}
