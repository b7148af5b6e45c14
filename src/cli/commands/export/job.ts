import { encodeSolver } from "../../../hypersolver/index.js";
import { type BoundOutput, CARD_KEY, solverFacts } from "../../../hypersolver/internal.js";
import type { Field, FixedMethod, Span } from "../../../ode/index.js";
import { spanOf, stateType } from "../../../ode/internal.js";
import { formatNumber } from "../../../plot/internal.js";
import { formatShape } from "../../../tensor/index.js";
import { requireWritableFile, writeWhole } from "../../files/files.js";
import { readField, warnOfCard, warnOfCoefficients } from "../../files/models.js";
import { goldenSamples } from "../../files/states.js";
import { calibratedMethod } from "../../options/calibrated-method.js";
import { type ChosenMethod, chosenMethod, missing, requireOwnSpan, usesOf } from "../../options/method.js";
import { SPAN } from "../../options/needs.js";
import { parseStates } from "../../options/parse.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { unusable } from "../../options/usage-error.js";
import { type ExportOptions, exportTable } from "./table.js";

/** `hypersolvers export`. */
export const exportJob: SpecJob<typeof exportTable> = plainJob(exportTable, async (options, { output }) => {
  const { field: path, states } = options;
  const field = await readField(path, options);
  const chosen = await fixedSolve(options, field);
  const { method, span, correction, coefficients } = chosen;
  await requireWritableFile(options.out);
  const samples = await goldenSamples(field, parseStates(states), options, options.seed);
  const warnings =
    correction === undefined
      ? warnOfCoefficients(coefficients, field, output)
      : warnOfCard(correction, field, usesOf(method, { span }), output);
  const facts = solverFacts(method, span);
  const { steps } = facts;
  const card =
    correction === undefined ? {} : { [`${CARD_KEY}.of-correction`]: JSON.stringify(correction.card) };
  const outputs = ["z1", ...(options.guard ? ["error_bound"] : [])];
  const bytes = await encodeSolver(field, method, span, samples, card, {
    bound: boundOf(chosen, options),
    unrolled: options.unroll,
  });
  await writeWhole(options.out, bytes);
  const costs = method.scheme(field).cost(steps);
  const inputs = ["z0", ...field.roles.controls];
  return {
    text:
      `Wrote ${options.out}: ${method.text} from s = ${span[0]} to ${span[1]}, ` +
      `${costs.nfe} evaluations of f, ${formatNumber(costs.macs)} MACs a sample.\n` +
      `Inputs ${inputs.join(", ")}; ${outputs.length === 1 ? "output" : "outputs"} ${outputs.join(", ")}; ${batchText(field)}. It reproduces its golden vectors.`,
    json: {
      ...facts,
      method: method.text,
      ...costs,
      inputs,
      outputs,
      bytes: bytes.length,
      selfTest: "passed",
      warnings,
      out: options.out,
    },
  };
});

/** The bounds that a solver is to have. @throws a usage error for a method without. */
function boundOf(chosen: FixedSolve, { guard, coverage }: ExportOptions): BoundOutput | undefined {
  if (!guard) return undefined;
  return { calibration: calibratedMethod(chosen).calibration, coverage };
}

interface FixedSolve extends ChosenMethod {
  readonly method: FixedMethod;
  readonly span: Span;
}

/** A solve in fixed steps, complete. Steps and span default to those of a correction. */
async function fixedSolve(options: ExportOptions, { path }: Field): Promise<FixedSolve> {
  const { method, steps } = options;
  if (method !== undefined && steps === undefined && !/[:@]/.test(method))
    throw missing("--steps", "the number of equal steps");
  const chosen = await chosenMethod(options, {});
  if (chosen.method.kind === "adaptive")
    throw unusable("--method", "fixed steps, such as rk4:4: step control is a loop", chosen.method.text);
  const { grid } = chosen.method;
  const ofPath: Span | undefined = path === undefined ? undefined : [0, 1];
  const { span = chosen.correction?.card.span ?? ("mesh" in grid ? spanOf(grid.mesh) : ofPath) } = options;
  if (span === undefined) throw missing(...SPAN);
  requireOwnSpan(chosen, span);
  return { ...chosen, method: chosen.method, span };
}

function batchText(field: Field): string {
  const { shape } = stateType(field);
  return shape[0] === "batch" ? "any batch size" : `one state ${formatShape(shape)}`;
}
