import type { Fit, ValidityCard } from "../../hypersolver/index.js";
import {
  channelMoments,
  fingerprintOf,
  type MeasuredError,
  referenceFacts,
  type Samples,
} from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import { stateType, tableauSpec } from "../../ode/internal.js";
import { libraryName } from "../../version.js";
import { type ComparisonRow, measuredRows } from "./comparison.js";

/** What a correction was fitted to. */
export interface FittedTo {
  readonly field: Field;
  /** Where its initial states came from. */
  readonly states: string;
}

/** What the file of a correction says of where it holds. @param comparison none before anything is measured. */
export function correctionCard(
  { field, states }: FittedTo,
  fit: Fit,
  samples: Samples,
  comparison: readonly ComparisonRow[],
): ValidityCard {
  const { span, steps, epsilon, inputs, features, directions, seed } = fit.spec;
  const { base } = fit.correction;
  const target = (span[1] - span[0]) / steps;
  const direction = Math.sign(target);
  const sizes = [Math.abs(target), ...(epsilon ?? [])].map((size) =>
    Math.min(size, Math.abs(span[1] - span[0])),
  );
  const { reference, noiseFloor } = fit.data;
  const ownBase = tableauSpec(base);
  return {
    format: 1,
    base: base.name,
    tableau: typeof ownBase === "string" ? undefined : ownBase,
    order: base.order,
    inputs,
    features,
    span: [span[0], span[1]],
    steps,
    directions,
    epsilon: [direction * Math.min(...sizes), direction * Math.max(...sizes)],
    stateShape: stateType(field).shape,
    states: { source: states, ...channelMoments(samples.z0) },
    reference: { ...referenceFacts(reference), noiseFloor },
    measured: measuredErrors(comparison),
    seed,
    library: libraryName,
    fingerprint: fingerprintOf(field),
  };
}

/** Errors of hypersolver and base at the same number of steps, out of the comparison: of those that have any. */
function measuredErrors(all: readonly ComparisonRow[]): MeasuredError[] {
  const rows = measuredRows(all);
  return rows.flatMap((row) => {
    const base = rows.find(({ role, steps }) => role === "base" && steps === row.steps);
    if (row.role !== "hypersolver" || row.steps === undefined || base === undefined) return [];
    return [{ steps: row.steps, nfe: row.nfe, macs: row.macs, base: base.error, hypersolver: row.error }];
  });
}
