import type { Field } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { fitLearned, type LearnedFit } from "../learned/learned-fit.js";
import { resolveStudent } from "./resolve-student.js";
import { startingStudent, studentForm } from "./student-form.js";
import type { StudentMethod } from "./student-method.js";
import type { EffectiveStudent, StudentFitSpec } from "./student-table.js";

/** A fitted student. */
export type StudentFit = LearnedFit<StudentMethod, EffectiveStudent>;

/** What progress calls it. */
const FITTING_STUDENT = "fitting a student";

/**
 * Fits a student to a field and a span: a network that leads from z0 to the end of the span and never evaluates f, on the
 * pairs and in the loop that solvers are learned by. At the arithmetic of a learned solver it tells whether f helps there.
 * @param spec what to fit, as plain data: `studentTable` has the options.
 * @throws INVALID_ARGUMENT for options that make no sense, or a checkpoint of another fit; NON_FINITE when the field or the loss breaks; INTERRUPTED when there is nothing to keep yet.
 */
export async function fitStudent(
  field: Field,
  spec: StudentFitSpec,
  inputs: FitInputs,
  context: RunContext = {},
): Promise<StudentFit> {
  const effective = resolveStudent(field, spec);
  const { span, loss, iterations, batch, learningRate, finalLearningRate } = effective;
  return fitLearned(field, effective, inputs, context, (pairs) => ({
    form: studentForm(field, startingStudent(field, effective, pairs), span),
    courses: [
      {
        ...{ name: loss, stage: FITTING_STUDENT, iterations, batch, learningRate, finalLearningRate },
        rate: () => 1,
      },
    ],
  }));
}
