import {
  type Contestant,
  compareMethods,
  comparisonText,
  contestantsOf,
  measuredSamples,
  measuringText,
  paretoFigure,
  standardContestants,
} from "../../../experiments/index.js";
import { measuringReference, referenceNoise } from "../../../hypersolver/index.js";
import { type Field, splitMethods } from "../../../ode/index.js";
import { renderPng, renderSvg } from "../../../plot/index.js";
import { Random } from "../../../tensor/index.js";
import type { Job } from "../../command.js";
import { requireWritableFolder, writeAll } from "../../files/files.js";
import { compileOptions, readField, warnOfCard } from "../../files/models.js";
import { stateSource } from "../../files/states.js";
import { type ChosenMethod, chosenMethod, missing, usesOf } from "../../options/method.js";
import { unusable } from "../../options/usage-error.js";
import { jsonText } from "../../terminal/output.js";
import type { CompareCommandOptions } from "./command.js";

/** `hypersolvers compare`. */
export const compareJob: Job<CompareCommandOptions> = async (path, options, { output, progress }) => {
  const field = await readField(path, options);
  const { methods, corrections } = await contest(field, options);
  const span = options.span ?? corrections[0]?.correction.card.span;
  if (span === undefined) throw missing("--span", "from where to where, such as 0,1");
  if (options.out !== undefined) await requireWritableFolder(options.out);
  const source = await stateSource(field, options.states, options);
  const samples = source.heldOut(options.samples ?? measuredSamples(field), new Random(options.seed));
  const warnings = corrections.flatMap(({ correction, method }) =>
    warnOfCard(correction, field, usesOf(method, { span }), output),
  );
  const measuring = measuringReference(field);
  const noise = await referenceNoise(field, span, samples, measuring, compileOptions(options));
  const rows = await compareMethods({
    ...{ field, measuring, span, samples, methods },
    compile: compileOptions(options),
    onProgress: (done, total) => progress.update({ name: "measuring methods", done, total }),
  });
  progress.stop();
  const count = samples.z0.shape[0] ?? 0;
  const described = { field: path, span, states: source.description, samples: count };
  const result = { ...described, measuring: { ...measuring, noise }, rows, warnings };
  const svg = options.out === undefined ? "" : await renderSvg(paretoFigure(rows));
  const files =
    options.out === undefined
      ? []
      : await writeAll(options.out, [
          { path: "comparison.json", content: `${jsonText(result)}\n` },
          { path: "pareto.svg", content: svg },
          { path: "pareto.png", content: renderPng(svg) },
        ]);
  const against = measuringText({ ...measuring, noise });
  const heading = `Mean Euclidean distance to ${against} at s = ${span[1]}, on ${count} states (${source.description}).`;
  const written = files.length === 0 ? [] : ["", `Wrote ${files.join(", ")}.`];
  return { text: [heading, "", comparisonText(rows), ...written].join("\n"), json: { ...result, files } };
};

const BUDGET = [1, 2, 4, 8, 16];

interface Contest {
  readonly methods: readonly Contestant[];
  /** The corrected ones. */
  readonly corrections: readonly Required<ChosenMethod>[];
}

/** The methods of `--methods`; else the usual ones, and the correction at every budget. */
async function contest(field: Field, options: CompareCommandOptions): Promise<Contest> {
  const { methods: list, correction: file, budget = BUDGET, tolerances } = options;
  if (list === undefined) {
    const chosen = file === undefined ? undefined : await chosenMethod({ correction: file }, {});
    const { correction } = chosen ?? {};
    const usual = {
      budget,
      ...(tolerances !== undefined && { tolerances }),
      ...(correction !== undefined && { correction }),
    };
    return { methods: standardContestants(field, usual), corrections: corrected(chosen ? [chosen] : []) };
  }
  const given = { "--correction": file, "--budget": options.budget, "--tolerances": tolerances };
  const spare = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (spare.length > 0)
    throw unusable(
      spare.join(", "),
      "nothing beside --methods, which says it all",
      "both",
      `drop ${spare.join(" and ")}; a correction is spelt hyper:FILE:STEPS`,
    );
  const chosen: ChosenMethod[] = [];
  for (const method of splitMethods(list)) chosen.push(await chosenMethod({ method }, {}));
  return { methods: contestantsOf(chosen.map(({ method }) => method)), corrections: corrected(chosen) };
}

const corrected = (chosen: readonly ChosenMethod[]): Required<ChosenMethod>[] =>
  chosen.flatMap(({ method, correction }) => (correction === undefined ? [] : [{ method, correction }]));
