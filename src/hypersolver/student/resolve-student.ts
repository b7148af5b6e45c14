import { type Field, fieldMacs } from "../../ode/index.js";
import { completeSpec } from "../../spec/index.js";
import { fail } from "../../tensor/index.js";
import { refuseChannels } from "../learned/resolve-solver.js";
import { hasImageStates, subjectOf } from "../states/subject.js";
import { studentWidth } from "./student-size.js";
import { type EffectiveStudent, type StudentFitSpec, studentTable } from "./student-table.js";

/**
 * Fills in all defaults.
 * @throws INVALID_ARGUMENT that names the option.
 */
export function resolveStudent(field: Field, spec: StudentFitSpec): EffectiveStudent {
  // States of many tokens are as large as images, but no convolution sees them.
  const usual = hasImageStates(field) ? {} : { learningRate: studentTable.learningRate.default };
  const { evaluations, ...complete } = completeSpec(studentTable, { ...usual, ...spec }, subjectOf(field));
  const { span, layers, trajectories, batch, activation } = complete;
  if (span[0] === span[1])
    throw fail("INVALID_ARGUMENT", {
      what: "span",
      expected: "two different numbers",
      received: span.join(", "),
    });
  refuseChannels(field, activation);
  const macs = macsOf(field, complete.macs, evaluations);
  // Refuses what is too small.
  studentWidth(field, { macs, layers });
  return { ...complete, macs, evaluations: undefined, batch: Math.min(batch, trajectories) };
}

function macsOf(field: Field, macs: number | undefined, evaluations: number | undefined): number {
  if (macs !== undefined && evaluations === undefined) return macs;
  if (macs !== undefined || evaluations === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "macs, evaluations",
      expected: "one of the two: multiply–accumulates, or those of so many evaluations of the field",
      received: macs === undefined ? "neither" : "both",
    });
  const each = fieldMacs(field);
  if (each > 0) return evaluations * each;
  throw fail("INVALID_ARGUMENT", {
    what: "evaluations",
    expected: "macs instead: this field has no multiply–accumulates to match",
    received: String(evaluations),
  });
}
