import { meanText } from "../../../experiments/internal.js";
import { meanAndStandardError } from "../../../metrics/index.js";
import type { FlowSamples } from "../../../models/internal.js";
import { textTable } from "../../../plot/index.js";
import { type Tensor, toFloat64 } from "../../../tensor/index.js";
import type { LoadedFlow } from "../../files/flows.js";
import { costText, writtenText } from "../../options/flow-solver.js";
import type { ChosenMethod } from "../../options/method.js";
import type { SampleOptions } from "./table.js";

/** What was asked of `sample`, and what was warned of. */
interface Drawing {
  readonly flow: LoadedFlow;
  readonly solver: ChosenMethod;
  readonly options: SampleOptions;
  readonly warnings: readonly string[];
}

/** What `sample` prints for people. */
export function sampleText(
  { x, logDensity, statistics }: FlowSamples,
  { flow: { columns }, solver, options: { count, out, picture } }: Omit<Drawing, "warnings">,
): string {
  return [
    `${count === 1 ? "1 sample" : `${count} samples`} in ${columns.length} columns. ${costText(solver, statistics)}.`,
    ...(logDensity === undefined
      ? []
      : [`Mean log-density ${meanText(meanAndStandardError(logDensity.values))} nats.`]),
    "",
    textTable(
      [{ label: "column", align: "left" }, "mean", "deviation"],
      momentsOf(x, columns).map(({ column, mean, deviation }) => [column, mean, deviation]),
    ),
    ...writtenText([out, picture]),
  ].join("\n");
}

/** What `sample` prints for programs. */
export function sampleJson(
  { x, logDensity, statistics }: FlowSamples,
  { flow: { columns }, solver, options: { flow, count, out, picture }, warnings }: Drawing,
): object {
  return {
    flow,
    count,
    dimension: columns.length,
    method: solver.method.text,
    ...statistics,
    ...(logDensity && {
      logDensity: { ...meanAndStandardError(logDensity.values), folded: logDensity.folded },
    }),
    columns: momentsOf(x, columns),
    warnings,
    out: out ?? null,
    picture: picture ?? null,
  };
}

interface ColumnMoments {
  readonly column: string;
  readonly mean: number;
  readonly deviation: number;
}

function momentsOf(x: Tensor, names: readonly string[]): ColumnMoments[] {
  const values = toFloat64(x);
  const [count = 1, width = 1] = x.shape;
  return names.map((column, j) => {
    const own = Array.from({ length: count }, (_, i) => values[i * width + j] ?? 0);
    const mean = own.reduce((total, value) => total + value, 0) / count;
    const square = own.reduce((total, value) => total + (value - mean) ** 2, 0) / count;
    return { column, mean, deviation: Math.sqrt(square) };
  });
}
