import { densities, standardized } from "../../../data/index.js";
import { defaultColumns } from "../../../data/internal.js";
import { baseStates, dataStates } from "../../../experiments/index.js";
import { givenStates, type StateSource } from "../../../hypersolver/index.js";
import { type Field, logDensityField, type Span } from "../../../ode/index.js";
import { stateType, withZeroColumns } from "../../../ode/internal.js";
import { cast, Random, type Tensor } from "../../../tensor/index.js";
import { type LoadedFlow, readFlow, requireColumns, trainedFlow } from "../../files/flows.js";
import { readField, stemOf } from "../../files/models.js";
import { readPoints } from "../../files/points.js";
import { stateSource } from "../../files/states.js";
import { missing } from "../../options/method.js";
import { parseStates } from "../../options/parse.js";
import { unusable } from "../../options/usage-error.js";
import type { Output } from "../../terminal/output.js";
import type { FitCommandSpec } from "./table.js";

/** What a correction is fitted to. */
export interface FitTask {
  readonly title: string;
  readonly field: Field;
  readonly span: Span;
  readonly states: StateSource;
}

const SPAN: Span = [0, 1];

/** The field of the command line; with `--log-density`, that of (z, log p) on the way from data to base. */
export async function fitTask(options: FitCommandSpec, output: Output): Promise<FitTask> {
  const { field: path, span = SPAN, states, logDensity } = options;
  if (logDensity !== undefined) return logDensityTask(path, logDensity, options, output);
  const field = await readField(path, options);
  const source =
    states === undefined
      ? await statesOfFlow(path, span)
      : await stateSource(field, parseStates(states), options);
  return { title: `A hypersolver for ${stemOf(path)}`, field, span, states: source };
}

/** A flow knows what it starts from, as long as that is where the span begins. */
async function statesOfFlow(path: string, [start]: Span): Promise<StateSource> {
  const flow = await trainedFlow(path);
  if (flow?.span[0] === start) return baseStates(flow);
  throw missing(
    "--states",
    flow === undefined
      ? "initial states, such as normal or a file"
      : `states at s = ${start}: the flow's base is at s = ${flow.span[0]}`,
  );
}

async function logDensityTask(
  path: string,
  source: string,
  options: FitCommandSpec,
  output: Output,
): Promise<FitTask> {
  for (const name of ["states", "input"] as const)
    if (options[name] !== undefined)
      throw unusable(`--${name}`, "--log-density alone: its data are the states", "both", `drop --${name}`);
  const { span, inputMap } = options;
  const flow = await readFlow(path, { span, inputMap }, { span: SPAN, base: "normal" });
  const [start, end] = flow.span;
  return {
    title: `A hypersolver for log-densities of ${stemOf(path)}`,
    field: logDensityField(flow.field, { estimator: "exact" }).field,
    span: [end, start],
    states: await dataOfFlow(flow, source, output),
  };
}

/** Data by the name of a density or by file, in the flow's coordinates, with the zero that log-densities start from. */
async function dataOfFlow(flow: LoadedFlow, source: string, output: Output): Promise<StateSource> {
  const { dtype } = stateType(flow.field);
  const inside = (points: Tensor): Tensor => cast(standardized(points, flow.standardization), dtype);
  const density = Object.hasOwn(densities, source) ? densities[source] : undefined;
  const points =
    density === undefined
      ? await readPoints(source)
      : { value: density.sample(1, new Random(0)), columns: defaultColumns(2), description: source };
  requireColumns(flow, points, output);
  if (density !== undefined)
    return dataStates(source, (count, random) => inside(density.sample(count, random)));
  const z0 = withZeroColumns(inside(points.value), 1);
  return givenStates(`data with a zero: ${points.description}`, { z0, controls: {} });
}
