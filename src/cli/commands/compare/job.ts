import {
  compareMethods,
  comparisonText,
  measuredSamples,
  measuringText,
  paretoFigure,
} from "../../../experiments/index.js";
import { measuringReference, referenceNoise } from "../../../hypersolver/index.js";
import { renderSvg } from "../../../plot/index.js";
import { Random } from "../../../tensor/index.js";
import type { Job } from "../../command.js";
import { requireWritableFolder, type WrittenFiles, writeAll } from "../../files/files.js";
import { compileOptions, readCorrection, readField, warnOfCard } from "../../files/models.js";
import { withPngs } from "../../files/picture.js";
import { stateSource } from "../../files/states.js";
import { missing } from "../../options/method.js";
import { jsonText } from "../../terminal/output.js";
import type { CompareCommandOptions } from "./command.js";

/** `hypersolvers compare`. */
export const compareJob: Job<CompareCommandOptions> = async (path, options, { output, progress }) => {
  const field = await readField(path, options);
  const correction = await readCorrection(options.correction);
  const span = options.span ?? correction?.card.span;
  if (span === undefined) throw missing("--span", "from where to where, such as 0,1");
  if (options.out !== undefined) await requireWritableFolder(options.out);
  const source = await stateSource(field, options.states, options);
  const samples = source.heldOut(options.samples ?? measuredSamples(field), new Random(options.seed));
  const warnings =
    correction === undefined
      ? []
      : warnOfCard(correction, field, [{ span, steps: correction.card.steps }], output);
  const measuring = measuringReference(field);
  const noise = await referenceNoise(field, span, samples, measuring, compileOptions(options));
  const rows = await compareMethods({
    ...{ field, measuring, span, samples, budget: options.budget, tolerances: options.tolerances },
    ...(correction !== undefined && { correction }),
    compile: compileOptions(options),
    onProgress: (done, total) => progress.update({ name: "measuring methods", done, total }),
  });
  progress.stop();
  const count = samples.z0.shape[0] ?? 0;
  const described = { field: path, span, states: source.description, samples: count };
  const result = { ...described, measuring: { ...measuring, noise }, rows, warnings };
  const svg = options.out === undefined ? "" : await renderSvg(paretoFigure(rows));
  const { paths: files, failure }: WrittenFiles =
    options.out === undefined
      ? { paths: [] }
      : await writeAll(
          options.out,
          withPngs([
            { path: "comparison.json", content: `${jsonText(result)}\n` },
            { path: "pareto.svg", content: svg },
          ]),
        );
  const against = measuringText({ ...measuring, noise });
  const heading = `Mean Euclidean distance to ${against} at s = ${span[1]}, on ${count} states (${source.description}).`;
  const written = files.length === 0 ? [] : ["", `Wrote ${files.join(", ")}.`];
  return {
    text: [heading, "", comparisonText(rows), ...written].join("\n"),
    json: { ...result, files },
    failure,
  };
};
