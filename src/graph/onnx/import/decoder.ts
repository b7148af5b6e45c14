import type { DecodeContext } from "./context.js";
import type { Value } from "./value.js";

/** How one ONNX operator becomes operators of ours. */
export interface Decoder {
  /** Least and greatest number of inputs. */
  readonly inputs: readonly [number, number];
  /** Makes the outputs, in order; trailing ones that nobody uses may be missing. */
  decode(context: DecodeContext): Value | readonly Value[];
}

/** Decoders by operator type. A new ONNX operator is one more entry in one of these. */
export type DecoderTable = Readonly<Record<string, Decoder>>;
