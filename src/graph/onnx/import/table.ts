import { activationDecoders, microsoftActivationDecoders } from "./activation.js";
import { attentionDecoders } from "./attention.js";
import type { Call } from "./calls.js";
import { columnDecoders } from "./columns.js";
import { controlDecoders } from "./control.js";
import { conversionDecoders } from "./conversion.js";
import { convolutionDecoders } from "./convolution.js";
import type { Decoder, DecoderTable } from "./decoder.js";
import { determinantDecoders } from "./determinant.js";
import { einsumDecoders } from "./einsum.js";
import { elementDecoders } from "./elements.js";
import { arithmeticDecoders, conditionalDecoders, unaryDecoders } from "./elementwise.js";
import { gridSampleDecoders } from "./grid-sample.js";
import { linearDecoders, microsoftLinearDecoders } from "./linear.js";
import { maskDecoders } from "./masks.js";
import { movementDecoders } from "./movement.js";
import { normalizationDecoders } from "./normalization.js";
import { paddingDecoders } from "./padding.js";
import { placementDecoders } from "./placement.js";
import { poolingDecoders } from "./pooling.js";
import { quantizationDecoders } from "./quantization.js";
import { recurrentDecoders } from "./recurrent.js";
import { reductionDecoders } from "./reduction.js";
import { resizeDecoders } from "./resize.js";
import { roundingDecoders } from "./rounding.js";
import { selectionDecoders } from "./selection.js";
import { sequenceOperators } from "./sequences.js";
import { shapeDecoders } from "./shape.js";
import { sortingDecoders } from "./sorting.js";
import { trigonometryDecoders } from "./trigonometry.js";

/** Every ONNX operator that can be imported, by domain and type. */
const tables: ReadonlyMap<string, ReadonlyMap<string, Decoder>> = new Map([
  [
    "",
    merged(
      arithmeticDecoders,
      unaryDecoders,
      trigonometryDecoders,
      roundingDecoders,
      activationDecoders,
      conditionalDecoders,
      controlDecoders,
      conversionDecoders,
      linearDecoders,
      einsumDecoders,
      attentionDecoders,
      recurrentDecoders,
      quantizationDecoders,
      determinantDecoders,
      convolutionDecoders,
      poolingDecoders,
      columnDecoders,
      gridSampleDecoders,
      resizeDecoders,
      reductionDecoders,
      normalizationDecoders,
      shapeDecoders,
      movementDecoders,
      maskDecoders,
      selectionDecoders,
      paddingDecoders,
      elementDecoders,
      placementDecoders,
      sortingDecoders,
    ),
  ],
  ["com.microsoft", merged(microsoftLinearDecoders, microsoftActivationDecoders)],
]);

function merged(...parts: readonly DecoderTable[]): ReadonlyMap<string, Decoder> {
  return new Map(parts.flatMap((part) => Object.entries(part)));
}

/** The decoder of an operator; undefined where there is none. */
export function decoderOf({ domain, opType }: Pick<Call, "domain" | "opType">): Decoder | undefined {
  return tables.get(domain)?.get(opType);
}

/** Whether an operator can be imported. */
export const isImportable = (call: Pick<Call, "domain" | "opType">): boolean =>
  decoderOf(call) !== undefined || (call.domain === "" && sequenceOperators.has(call.opType));

/** Names of the standard operators that can be imported, sorted. */
export const importableOperators: readonly string[] = [
  ...(tables.get("")?.keys() ?? []),
  ...sequenceOperators,
].sort();
