import { CARD_KEY, encodeSolver, type SolverFacts } from "../../../hypersolver/index.js";
import { formatNumber } from "../../../plot/internal.js";
import { requireWritableFile, writeWhole } from "../../files/files.js";
import { readCorrection, readField, warnOfCard } from "../../files/models.js";
import { goldenSamples } from "../../files/states.js";
import { fixedSolve } from "../../options/method.js";
import { parseStates } from "../../options/parse.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { exportTable } from "./table.js";

/** `hypersolvers export`. */
export const exportJob: SpecJob<typeof exportTable> = plainJob(exportTable, async (options, { output }) => {
  const { field: path, states } = options;
  const field = await readField(path, options);
  const correction = await readCorrection(options.correction);
  const { rule, steps, span } = fixedSolve(field, correction, options);
  await requireWritableFile(options.out);
  const samples = await goldenSamples(field, parseStates("--states", states), options, options.seed);
  const warnings = correction === undefined ? [] : warnOfCard(correction, field, [{ span, steps }], output);
  const facts: SolverFacts = { method: rule.name, order: rule.order, steps, span };
  const card =
    correction === undefined ? {} : { [`${CARD_KEY}.of-correction`]: JSON.stringify(correction.card) };
  const bytes = await encodeSolver(field, rule, span, steps, samples, card);
  await writeWhole(options.out, bytes);
  const costs = {
    nfe: rule.cost.nfe * steps,
    gCalls: rule.cost.gCalls * steps,
    macs: rule.cost.macs * steps,
  };
  const inputs = ["z0", ...field.roles.controls];
  return {
    text:
      `Wrote ${options.out}: ${rule.name}, ${steps} steps from s = ${span[0]} to ${span[1]}, ` +
      `${costs.nfe} evaluations of f, ${formatNumber(costs.macs)} MACs a sample.\n` +
      `Inputs ${inputs.join(", ")}; output z1; any batch size. It reproduces its golden vectors.`,
    json: {
      ...facts,
      ...costs,
      inputs,
      outputs: ["z1"],
      bytes: bytes.length,
      selfTest: "passed",
      warnings,
      out: options.out,
    },
  };
});
