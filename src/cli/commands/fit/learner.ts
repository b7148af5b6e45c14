import {
  coefficientLearner,
  correctionLearner,
  type Learner,
  solverLearner,
  studentLearner,
} from "../../../experiments/index.js";
import type { FitSpec } from "../../../hypersolver/index.js";
import {
  baseOf,
  type CorrectionInput,
  coefficientTable,
  fitTable,
  hiddenFeature,
  studentTable,
} from "../../../hypersolver/internal.js";
import { type Field, fixed } from "../../../ode/index.js";
import type { Table } from "../../../spec/index.js";
import { pickSpec } from "../../../spec/internal.js";
import { forOption } from "../../options/for-option.js";
import { missing } from "../../options/method.js";
import { optionName } from "../../options/table-options.js";
import { unusable } from "../../options/usage-error.js";
import { BASE, EVALUATIONS, STEPS } from "./needs.js";
import { type FitCommandSpec, fitRunTable, learnedTables } from "./table.js";
import type { FitTask } from "./task.js";

/**
 * What is to be learned of a solver for the field, by the options for that.
 * @throws a usage error for what is missing, and for options of what else could be learned.
 */
export function chosenLearner(task: FitTask, spec: FitCommandSpec): Learner {
  const { learn = fitRunTable.learn.default } = spec;
  refuseOptionsOfOthers(learn, spec);
  if (learn === "correction") return correctionLearner(correctionSpec(task, spec));
  if (learn === "student") return studentLearner({ ...pickSpec(studentTable, spec), span: task.span });
  if (spec.evaluations === undefined) throw missing(...EVALUATIONS);
  if (learn === "coefficients")
    return coefficientLearner({ ...pickSpec(coefficientTable, spec), span: task.span });
  const features = spec.features?.map((name) => featureOf(task.field, name));
  return solverLearner({ ...pickSpec(learnedTables.both, spec), features, span: task.span });
}

/** An option that would do nothing is a misunderstanding. */
function refuseOptionsOfOthers(learn: keyof typeof learnedTables, spec: FitCommandSpec): void {
  const tables: Readonly<Record<string, Table>> = learnedTables;
  for (const [name, value] of Object.entries(spec)) {
    const owners = Object.keys(tables).filter((kind) => tables[kind]?.[name] !== undefined);
    const [first = learn] = owners;
    const row = tables[first]?.[name];
    if (value === undefined || row === undefined || owners.includes(learn)) continue;
    const option = optionName(name, row);
    const expected = `--learn ${owners.join(" or ")}`;
    throw unusable(option, expected, `--learn ${learn}`, `drop ${option}, or learn something else`);
  }
}

/** The spec of a correction, with names that this field knows. */
function correctionSpec({ field, span }: FitTask, spec: FitCommandSpec): FitSpec {
  const { base } = spec;
  if (base === undefined) throw missing(...BASE);
  const features = spec.features?.map((name) => featureOf(field, name));
  const steps = stepsOf(base, spec);
  return { ...pickSpec(fitTable, { ...spec, steps }), span, features, inputs: inputsOf(spec) };
}

/** Steps as given, or as many as make the evaluations. */
function stepsOf(base: FitSpec["base"], { steps, evaluations }: FitCommandSpec): number {
  const each = forOption("--base", () => fixed(baseOf(base), { steps: 1 }).linear.nfe(1));
  if (evaluations === undefined) {
    if (steps !== undefined) return steps;
    throw missing(...STEPS);
  }
  if (steps !== undefined && steps * each !== evaluations)
    throw unusable(
      "--steps, --evaluations",
      `one of the two: ${steps} of these steps make ${steps * each} evaluations`,
      String(evaluations),
    );
  if (evaluations % each === 0) return evaluations / each;
  const near = [Math.floor(evaluations / each), Math.ceil(evaluations / each)].filter((count) => count > 0);
  throw unusable(
    "--evaluations",
    `a multiple of ${each}, which a step of the base makes`,
    String(evaluations),
    `say ${near.map((count) => count * each).join(" or ")}, or take another base`,
  );
}

/** `hidden` stands for the last hidden layer, unless the model has a tensor of that name. */
function featureOf(field: Field, name: string): string {
  if (name !== "hidden" || Object.hasOwn(field.features, name)) return name;
  const found = hiddenFeature(field);
  if (found !== undefined) return found;
  throw unusable("--features", "a name that `info` lists: this field has no hidden layer to find", name);
}

/** Naming features means that g sees them. */
function inputsOf({ inputs, features = [] }: FitCommandSpec): readonly CorrectionInput[] | undefined {
  const sees = inputs?.includes("features") === true;
  if (sees && features.length === 0)
    throw unusable("--features", "names of intermediate tensors, since --inputs has features", "nothing");
  return sees || features.length === 0 ? inputs : [...(inputs ?? fitTable.inputs.default), "features"];
}
