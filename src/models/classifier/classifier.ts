import { type InputSpec, type NamedNodes, type Node, trace } from "../../graph/index.js";
import { isOp, operatorOf, topological } from "../../graph/internal.js";
import { bufferInputs, loadStateDict, type Module, parameterInputs, type StateDict } from "../../nn/index.js";
import type { Field } from "../../ode/index.js";
import { makeField } from "../../ode/internal.js";
import type { Random } from "../../tensor/index.js";
import { depthInput } from "../depth-input.js";
import {
  type ClassifierArchitecture,
  imagesShape,
  initialState,
  requireLogits,
  wholeModule,
} from "./architecture.js";

/** A Neural ODE classifier with values, ready for evaluation. */
export interface Classifier {
  readonly architecture: ClassifierArchitecture;
  /** Parameters and buffers of h_x, f and h_y, by name. */
  readonly state: StateDict;
  /**
   * f in evaluation mode with its values: what solvers and corrections take. Its features `hidden 1`, `hidden 2`, … are
   * the operands of its convolutions after the state itself.
   */
  readonly field: Field;
}

/**
 * Gives an architecture its values.
 * @throws INVALID_ARGUMENT listing missing and unexpected names; SHAPE_MISMATCH listing wrong shapes, or when the parts
 *   do not fit together; UNSUPPORTED_FIELD when f changes the shape of its state.
 */
export function classifierOf(architecture: ClassifierArchitecture, state: StateDict): Classifier {
  const whole: Module = { ...wholeModule(architecture), apply: (_, x) => x };
  const values = loadStateDict(whole, state);
  return { architecture, state: values, field: classifierField(architecture, values) };
}

/** A classifier with first values, PyTorch's. */
export const newClassifier = (architecture: ClassifierArchitecture, random: Random): Classifier =>
  classifierOf(architecture, initialState(architecture, random));

/**
 * Types of the parameters and buffers that a part reads in evaluation, as program inputs. Counters are not among them.
 */
function partInputs(part: Module): Record<string, InputSpec> {
  const all = { ...parameterInputs(part), ...bufferInputs(part) };
  return Object.fromEntries(Object.entries(all).filter(([, { dtype }]) => dtype !== "int64"));
}

function classifierField(architecture: ClassifierArchitecture, state: StateDict): Field {
  const part = architecture.field(0);
  const weights = partInputs(part);
  const specs: Record<string, InputSpec> = {
    z: { shape: stateShape(architecture) },
    ...depthInput(architecture.timeDependent),
    ...weights,
  };
  const graph = trace(specs, (nodes: NamedNodes) => ({
    dz: architecture.field(nodes.s ?? 0).apply(nodes, nodes.z as Node),
  }));
  const parameters = Object.fromEntries(
    Object.entries(state).filter(([name]) => weights[name] !== undefined),
  );
  const roles = {
    state: "z",
    depth: architecture.timeDependent ? "s" : undefined,
    controls: [],
    output: "dz",
  };
  return makeField(graph, roles, parameters, hiddenNodes(graph.outputs.dz as Node));
}

/** The shape of z, after a look whether h_x, and h_y behind it, make what they should. */
function stateShape(architecture: ClassifierArchitecture): Node["shape"] {
  const { stem, head } = architecture;
  const specs = { images: { shape: imagesShape(architecture) }, ...partInputs(stem), ...partInputs(head) };
  let shape: Node["shape"] = [];
  trace(specs as Record<string, InputSpec>, (nodes: NamedNodes) => {
    const z = stem.apply(nodes, nodes.images as Node);
    shape = z.shape;
    return { logits: requireLogits(architecture, head.apply(nodes, z)) };
  });
  return shape;
}

/** First operands of products, in order, but for the state. */
function hiddenNodes(output: Node): NamedNodes {
  const operands = topological([output]).flatMap((node) => {
    const [first] = node.inputs;
    return operatorOf(node).product && first !== undefined && !isOp(first, "input") ? [first] : [];
  });
  return Object.fromEntries([...new Set(operands)].map((node, i) => [`hidden ${i + 1}`, node]));
}
