import { basename } from "node:path";
import { type ImportedModel, importOnnx } from "../../graph/index.js";
import {
  type Correction,
  cardWarnings,
  decodeCorrection,
  decodeLearned,
  type LoadedSolver,
  learnedWarnings,
  stateWarnings,
  type ValidityCard,
  weightsWarnings,
} from "../../hypersolver/index.js";
import { CARD_KEY, SOLVER_KEY } from "../../hypersolver/internal.js";
import { type Field, fieldOfModel, type Span } from "../../ode/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { fail, type Tensor } from "../../tensor/index.js";
import type { FieldSpec } from "../options/field-table.js";
import type { Machine } from "../options/options.js";
import type { Output } from "../terminal/output.js";
import { axisSizes } from "./axis-sizes.js";
import { readAsDenoiser } from "./denoiser.js";
import { readBytes } from "./files.js";
import { fixedControls, requireControls } from "./fixed-controls.js";
import { readModel } from "./shipped.js";

/** Reads a vector field; `--input-map` says what is what where names and shapes do not, what of `--input` is the same for all samples stays in it. */
export async function readField(path: string, options: Partial<FieldSpec>): Promise<Field> {
  const model = importOnnx(await readModel(path), path, { anyBatch: true, sizes: axisSizes(options.size) });
  const other =
    model.metadata[CARD_KEY] !== undefined
      ? "a correction"
      : model.metadata[SOLVER_KEY] && "an exported solver";
  if (other !== undefined)
    throw fail("UNSUPPORTED_FIELD", {
      what: path,
      expected: "a vector field",
      received: other,
      help: "name the field that it was made for",
    });
  return takenAsField(model, options);
}

/** A model as the field that options make of it. */
export async function takenAsField(
  model: ImportedModel,
  { inputMap = {}, input, timeScale, ...denoiser }: Partial<FieldSpec>,
): Promise<Field> {
  const given = await fixedControls(model, input);
  const field = await readAsDenoiser(
    (fixed) => fieldOfModel(model, inputMap, { timeScale, fixed: { ...given, ...fixed } }),
    denoiser,
  );
  requireControls(field, given, input);
  return field;
}

export type LoadedCorrection = Correction & { readonly card: ValidityCard };

/** Reads a correction, if one is wanted. */
export async function readCorrection(path: string | undefined): Promise<LoadedCorrection | undefined> {
  return path === undefined ? undefined : decodeCorrection(await readBytes(path), path);
}

/** Reads coefficients of a solver, alone or with corrections on top. */
export async function readCoefficients(path: string): Promise<LoadedSolver> {
  return decodeLearned(await readBytes(path), path);
}

/** Says what the card of coefficients has against a field. */
export function warnOfCoefficients(loaded: LoadedSolver | undefined, field: Field, output: Output): string[] {
  const warnings = loaded === undefined ? [] : learnedWarnings(loaded, field);
  for (const warning of warnings) output.warn(warning);
  return warnings;
}

/** Says what a correction's card has against its use, each sentence once. */
export function warnOfCard(
  correction: LoadedCorrection,
  field: Field,
  uses: readonly { readonly span: Span; readonly steps: number }[],
  output: Output,
): string[] {
  const moving = uses.filter(({ span: [t0, t1] }) => t0 !== t1);
  const { card, base } = correction;
  const ofUses = moving.flatMap((use) => cardWarnings(card, field, { ...use, base }));
  const warnings = [...weightsWarnings(correction), ...new Set(ofUses)];
  for (const warning of warnings) output.warn(warning);
  return warnings;
}

/** Says that a solve begins far from the states that a correction learned, where it begins at that end of its span. */
export function warnOfStates(
  { card }: LoadedCorrection,
  z0: Tensor,
  start: number | undefined,
  output: Output,
): string[] {
  const warnings = start === card.span[0] ? stateWarnings(card, z0) : [];
  for (const warning of warnings) output.warn(warning);
  return warnings;
}

/** Runtime options out of those of the command line. */
export function compileOptions({ device, threads }: Machine): CompileOptions {
  return { device, threads };
}

/** `field` of `some/field.onnx`. */
export const stemOf = (path: string): string => basename(path).replace(/\.onnx$/i, "");
