import type { DecodeContext } from "./context.js";
import type { Data } from "./packed.js";

/** How one ONNX operator becomes operators of ours. */
export interface Decoder {
  /** Least and greatest number of inputs. */
  readonly inputs: readonly [number, number];
  /**
   * What becomes of inputs with several rows a sample on one axis: the decoder knows them itself (`own`), it works
   * element by element (`pointwise`), along axes that it asks the context for (`axes`), or on whole samples along axis 0
   * (`images`). Absent: they are refused.
   */
  readonly rows?: "own" | "pointwise" | "axes" | "images" | undefined;
  /** Makes the outputs, in order; trailing ones that nobody uses may be missing. */
  decode(context: DecodeContext): Data | readonly Data[];
}

/** Decoders by operator type. A new ONNX operator is one more entry in one of these. */
export type DecoderTable = Readonly<Record<string, Decoder>>;
