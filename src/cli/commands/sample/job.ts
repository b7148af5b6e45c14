import { cellsFor } from "../../../experiments/internal.js";
import { compileFlowSampler } from "../../../models/index.js";
import type { FlowSamplerOptions, FlowSamples, SampleDensities } from "../../../models/internal.js";
import { density } from "../../../plot/index.js";
import { formatNumber } from "../../../plot/internal.js";
import { Random, type Tensor, tensor, toFloat64 } from "../../../tensor/index.js";
import { requireWritableFile } from "../../files/files.js";
import { type LoadedFlow, readFlow } from "../../files/flows.js";
import { compileOptions, stemOf, warnOfCard, warnOfCoefficients, warnOfStates } from "../../files/models.js";
import { requirePlane, writePicture } from "../../files/picture.js";
import { LOG_DENSITY } from "../../files/points.js";
import { tablePlace } from "../../files/table-place.js";
import { flowSolver, warnOfFlowTolerances } from "../../options/flow-solver.js";
import { type ChosenMethod, requireOwnSpan, usesOf } from "../../options/method.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { onInterrupt } from "../../terminal/interruption.js";
import type { Output } from "../../terminal/output.js";
import { type SampleOptions, sampleTable } from "./table.js";
import { sampleJson, sampleText } from "./text.js";

/** `hypersolvers sample`. */
export const sampleJob: SpecJob<typeof sampleTable> = plainJob(
  sampleTable,
  async (options, { output, asJson }) => {
    const { flow: path, picture, count, seed } = options;
    const solver = await flowSolver(options);
    const flow = await readFlow(path, options);
    requireOwnSpan(solver, flow.span);
    if (picture !== undefined) requirePlane(flow.columns.length, "--picture");
    const beside = options.logDensity === true ? [LOG_DENSITY] : [];
    const table = await tablePlace(options, { key: "x", rank: 2, beside }, { output, asJson });
    if (picture !== undefined) await requireWritableFile(picture);
    const warnings = [...warnOfFlowTolerances(solver, flow, output), ...cardWarningsOf(flow, solver, output)];
    const interruption = onInterrupt(output, "Stopping; nothing is written.");
    try {
      const { method, correction } = solver;
      const drawn = await samples(
        flow,
        { ...compileOptions(options), method, signal: interruption.signal, logDensity: options.logDensity },
        { count, seed },
      );
      const { x, z, logDensity } = drawn;
      if (logDensity !== undefined) warnings.push(...warnOfFolds(logDensity, count, output));
      if (correction !== undefined) warnings.push(...warnOfStates(correction, z, flow.span[0], output));
      await table?.write({
        rows: ["x", x],
        columns: flow.columns,
        beside: logDensity && { [LOG_DENSITY]: tensor("float64", [count], logDensity.values) },
      });
      if (picture !== undefined) await writePicture(picture, pictureOf(x, path));
      return {
        text: sampleText(drawn, { flow, solver, options }),
        json: sampleJson(drawn, { flow, solver, options, warnings }),
      };
    } finally {
      interruption.release();
    }
  },
);

/** What cards say, and whether a correction learned where sampling starts. */
function cardWarningsOf(
  { field, span, base }: LoadedFlow,
  { method, correction, coefficients }: ChosenMethod,
  output: Output,
): string[] {
  if (correction === undefined) return warnOfCoefficients(coefficients, field, output);
  const warnings = warnOfCard(correction, field, usesOf(method, { span }), output);
  const { source } = correction.card.states;
  if (source === base.name) return warnings;
  const warning = `this correction learned on other states (${source}) than the flow draws (${base.name}): where they differ it knows nothing`;
  output.warn(warning);
  return [...warnings, warning];
}

/** Warns where other draws may lead to the same point: its log-density leaves those out. */
function warnOfFolds({ folded }: SampleDensities, count: number, output: Output): string[] {
  if (folded === 0) return [];
  const warning =
    `at ${folded} of ${count} samples the method folds space (its Jacobian has no positive determinant): other draws may ` +
    "come to the same place, and log-densities there leave those out";
  output.warn(warning);
  return [warning];
}

async function samples(
  flow: LoadedFlow,
  options: FlowSamplerOptions,
  { count, seed }: Pick<SampleOptions, "count" | "seed">,
): Promise<FlowSamples> {
  const sampler = await compileFlowSampler(flow, options);
  try {
    return await sampler.sample(count, new Random(seed).fork("samples"));
  } finally {
    await sampler.dispose();
  }
}

function pictureOf(x: Tensor, path: string): ReturnType<typeof density> {
  const [count = 0] = x.shape;
  const label = `${stemOf(path)}, ${formatNumber(count)} samples`;
  return density([{ label, points: toFloat64(x) }], {
    bins: cellsFor(count),
    panelSize: 500,
    title: "Samples",
  });
}
