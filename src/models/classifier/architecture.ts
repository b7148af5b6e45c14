import type { normalizations } from "../../data/index.js";
import type { Node, Operand, SymbolicShape } from "../../graph/index.js";
import { type BufferSpec, initializeBuffers, type Module, type StateDict } from "../../nn/index.js";
import type { Span } from "../../ode/index.js";
import { fail, formatShape, type Random } from "../../tensor/index.js";

/**
 * A Neural ODE classifier as structure: logits = h_y(z(s₁)), dz/ds = f(s, z), z(s₀) = h_x(image) (Poli et al., 2020,
 * section 4.1). The names of parameters and buffers are those of its state dict, and no two parts share one.
 */
export interface ClassifierArchitecture {
  /** What files call it. */
  readonly name: string;
  /** One sentence: layers and parameters. */
  readonly description: string;
  /** Channels, height and width of an image. */
  readonly image: readonly [channels: number, height: number, width: number];
  /** Number of classes. */
  readonly classes: number;
  /** How bytes become what h_x reads. */
  readonly normalization: keyof typeof normalizations;
  readonly span: Span;
  /** h_x: images [n, C, H, W] -> z [n, …]. */
  readonly stem: Module;
  /** f at a depth s: z [n, …] -> dz/ds of the same shape. Its parameters and buffers are the same at every s. */
  field(s: Operand): Module;
  /** Whether f uses s. */
  readonly timeDependent: boolean;
  /** h_y: z [n, …] -> logits [n, classes]. */
  readonly head: Module;
}

/** The three parts, f at some depth: for what does not depend on depth, such as names. */
const partsOf = ({ stem, field, head }: ClassifierArchitecture): readonly [Module, Module, Module] => [
  stem,
  field(0),
  head,
];

/** Parameters and buffers of all parts as one module, for state dicts. It cannot be applied. */
export function wholeModule(
  architecture: ClassifierArchitecture,
): Pick<Module, "parameters"> & { readonly buffers: Readonly<Record<string, BufferSpec>> } {
  const parts = partsOf(architecture);
  return {
    parameters: Object.assign({}, ...parts.map(({ parameters }) => parameters)) as Module["parameters"],
    buffers: Object.assign({}, ...parts.map(({ buffers }) => buffers ?? {})) as Record<string, BufferSpec>,
  };
}

/** First values of all parameters and buffers, drawn in the order of the parts. */
export function initialState(architecture: ClassifierArchitecture, random: Random): StateDict {
  const { parameters, buffers } = wholeModule(architecture);
  return {
    ...Object.fromEntries(
      Object.entries(parameters).map(([name, spec]) => [name, spec.initialize(random)] as const),
    ),
    ...initializeBuffers({ buffers }),
  };
}

/** Shape of a batch of images. */
export const imagesShape = ({ image }: ClassifierArchitecture): SymbolicShape => ["batch", ...image];

/**
 * Checks what h_y made.
 * @throws SHAPE_MISMATCH unless it is one logit a class and sample.
 */
export function requireLogits({ name, classes }: ClassifierArchitecture, logits: Node): Node {
  if (formatShape(logits.shape) === formatShape(["batch", classes])) return logits;
  throw fail("SHAPE_MISMATCH", {
    what: `head of ${name}`,
    expected: formatShape(["batch", classes]),
    received: formatShape(logits.shape),
  });
}
