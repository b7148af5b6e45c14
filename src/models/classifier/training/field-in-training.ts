import { type InputSpec, type NamedNodes, type Node, trace } from "../../../graph/index.js";
import { applyTraining, bufferInputs, parameterInputs } from "../../../nn/index.js";
import type { Field } from "../../../ode/index.js";
import { makeField, stateType } from "../../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors } from "../../../runtime/index.js";
import { cast, isFloat, scalar, type Tensor, tensor, toFloat64 } from "../../../tensor/index.js";
import { allocate, prefixed, withPrefix } from "../../../tensor/internal.js";
import { depthInput } from "../../depth-input.js";
import type { Classifier } from "../classifier.js";
import { namedLike } from "../named-like.js";

/** A place that a solve came by. */
export interface PathPoint {
  readonly s: number;
  readonly z: Tensor;
}

/**
 * f in training mode: batch normalization uses the statistics of the batch that it is evaluated on. The buffers are no
 * inputs.
 */
export function fieldInTraining({ architecture, field, state }: Classifier): Field {
  const part = architecture.field(0);
  const specs: Record<string, InputSpec> = {
    z: stateType(field),
    ...depthInput(architecture.timeDependent),
    ...parameterInputs(part),
    ...bufferInputs(part),
  };
  const traced = trace(specs, (nodes: NamedNodes) => ({
    dz: applyTraining(architecture.field(nodes.s ?? 0), nodes, nodes.z as Node).output,
  }));
  const buffers = part.buffers ?? {};
  const inputs = Object.fromEntries(
    Object.entries(traced.inputs).filter(([name]) => buffers[name] === undefined),
  );
  return makeField({ ...traced, inputs }, field.roles, namedLike(part.parameters, state));
}

/** Moves f's running statistics after a solve. */
interface FieldBuffers {
  /**
   * @param path where the solve came by, at least one point.
   * @returns the buffers moved once, toward the mean of the statistics at all points.
   */
  moved(path: readonly PathPoint[], values: NamedTensors): Promise<NamedTensors>;
  dispose(): Promise<void>;
}

/** In ONNX an output may not be called like an input. */
const MOVED = "moved ";

/** One more evaluation of f a point; nothing where f has no buffers. */
export async function compileFieldBuffers(
  { architecture, field }: Classifier,
  options: CompileOptions,
): Promise<FieldBuffers> {
  const part = architecture.field(0);
  if (part.buffers === undefined) return { moved: async () => ({}), dispose: async () => undefined };
  const weights = { ...parameterInputs(part), ...bufferInputs(part) };
  const specs: Record<string, InputSpec> = { z: stateType(field), s: { shape: [] }, ...weights };
  const program = await compile(
    trace(specs, (nodes: NamedNodes) =>
      prefixed(applyTraining(architecture.field(nodes.s as Node), nodes, nodes.z as Node).buffers, MOVED),
    ),
    options,
  );
  return {
    moved: async (path, values) => {
      const all: NamedTensors[] = [];
      for (const { s, z } of path)
        all.push(withPrefix(await program.run({ z, s: scalar(s), ...namedLike(weights, values) }), MOVED));
      const [first = {}] = all;
      return Object.fromEntries(
        Object.entries(first).map(([name, value]) => {
          const dtype = values[name]?.dtype ?? value.dtype;
          return [
            name,
            isFloat(dtype) ? meanOf(all.map((each) => each[name] as Tensor)) : cast(value, dtype),
          ];
        }),
      );
    },
    dispose: () => program.dispose(),
  };
}

/** Element by element, float32. */
function meanOf(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  const data = allocate("float32", first?.data.length ?? 0);
  for (const value of tensors)
    for (const [i, element] of toFloat64(value).entries())
      data[i] = (data[i] ?? 0) + element / tensors.length;
  return tensor("float32", first?.shape ?? [], data);
}
