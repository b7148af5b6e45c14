import { gradient, type InputSpec, type NamedNodes, type Node, trace, vjp } from "../../../graph/index.js";
import { applyTraining, bufferInputs, parameterInputs } from "../../../nn/index.js";
import { stateType } from "../../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors } from "../../../runtime/index.js";
import { cast, item, type Tensor } from "../../../tensor/index.js";
import { prefixed, withPrefix } from "../../../tensor/internal.js";
import { imagesShape } from "../architecture.js";
import type { Classifier } from "../classifier.js";
import { namedLike } from "../named-like.js";
import { classifierLoss } from "./classifier-loss.js";

/** h_x in training mode. */
interface StemProgram {
  /** The initial state, and the new values of h_x's buffers. */
  run(images: Tensor, values: NamedTensors): Promise<{ readonly z: Tensor; readonly buffers: NamedTensors }>;
  /** Gradients of h_x's parameters from the one of the initial state. */
  pullBack(images: Tensor, cotangent: Tensor, values: NamedTensors): Promise<NamedTensors>;
  dispose(): Promise<void>;
}

/** h_y in training mode, with the loss behind it. */
interface HeadProgram {
  run(
    z: Tensor,
    labels: Tensor,
    values: NamedTensors,
  ): Promise<{
    readonly loss: number;
    readonly accuracy: number;
    /** Gradient of the final state. */
    readonly cotangent: Tensor;
    /** Gradients of h_y's parameters. */
    readonly gradients: NamedTensors;
    readonly buffers: NamedTensors;
  }>;
  dispose(): Promise<void>;
}

const BUFFER = "buffer/";
const GRADIENT = "gradient/";

export async function compileStemTraining(
  { architecture, field }: Classifier,
  options: CompileOptions,
): Promise<StemProgram> {
  const { stem } = architecture;
  const names = Object.keys(stem.parameters);
  const weights = { ...parameterInputs(stem), ...bufferInputs(stem) };
  const specs: Record<string, InputSpec> = { images: { shape: imagesShape(architecture) }, ...weights };
  const forward = await compile(
    trace(specs, (nodes: NamedNodes) => {
      const { output, buffers } = applyTraining(stem, nodes, nodes.images as Node);
      return { z: output, ...prefixed(buffers, BUFFER) };
    }),
    options,
  );
  const backward = await compile(
    trace({ ...specs, cotangent: stateType(field) }, (nodes: NamedNodes) => {
      const { output } = applyTraining(stem, nodes, nodes.images as Node);
      const sources = [nodes.images as Node, ...names.map((name) => nodes[name] as Node)];
      const [, ...gradients] = vjp([output], [nodes.cotangent as Node], sources);
      return namedGradients(names, gradients);
    }),
    options,
  );
  return {
    run: async (images, values) => {
      const outputs = await forward.run({ images, ...namedLike(weights, values) });
      return {
        z: cast(outputs.z as Tensor, "float32"),
        buffers: typedLike(withPrefix(outputs, BUFFER), values),
      };
    },
    pullBack: async (images, cotangent, values) => {
      const outputs = await backward.run({ images, cotangent, ...namedLike(weights, values) });
      return typedLike(withPrefix(outputs, GRADIENT), values);
    },
    dispose: async () => {
      await forward.dispose();
      await backward.dispose();
    },
  };
}

export async function compileHeadTraining(
  { architecture, field }: Classifier,
  options: CompileOptions,
): Promise<HeadProgram> {
  const { head, classes } = architecture;
  const names = Object.keys(head.parameters);
  const weights = { ...parameterInputs(head), ...bufferInputs(head) };
  const specs: Record<string, InputSpec> = {
    z: stateType(field),
    labels: { shape: ["batch", classes] },
    ...weights,
  };
  const program = await compile(
    trace(specs, (nodes: NamedNodes) => {
      const z = nodes.z as Node;
      const { output, buffers } = applyTraining(head, nodes, z);
      const { loss, accuracy } = classifierLoss(output, nodes.labels as Node);
      const [cotangent, ...gradients] = gradient(loss, [z, ...names.map((name) => nodes[name] as Node)]);
      return {
        loss,
        accuracy,
        cotangent: cotangent as Node,
        ...prefixed(buffers, BUFFER),
        ...namedGradients(names, gradients),
      };
    }),
    options,
  );
  return {
    run: async (z, labels, values) => {
      const outputs = await program.run({ z, labels, ...namedLike(weights, values) });
      return {
        loss: item(outputs.loss as Tensor),
        accuracy: item(outputs.accuracy as Tensor),
        cotangent: cast(outputs.cotangent as Tensor, "float32"),
        gradients: typedLike(withPrefix(outputs, GRADIENT), values),
        buffers: typedLike(withPrefix(outputs, BUFFER), values),
      };
    },
    dispose: () => program.dispose(),
  };
}

const namedGradients = (names: readonly string[], gradients: readonly Node[]): NamedNodes =>
  Object.fromEntries(names.map((name, i) => [`${GRADIENT}${name}`, gradients[i] as Node]));

/** In the types that the values have: the reference interpreter answers in float64. */
const typedLike = (tensors: NamedTensors, values: NamedTensors): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, value]) => [name, cast(value, values[name]?.dtype ?? value.dtype)]),
  );
