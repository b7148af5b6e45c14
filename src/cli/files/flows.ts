import { defaultColumns } from "../../data/internal.js";
import { importOnnx } from "../../graph/index.js";
import { decodeFlow, type Flow } from "../../models/index.js";
import { baseNamed, type DescribedFlow, FLOW_KEY, type FlowFacts } from "../../models/internal.js";
import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { fail, formatShape, type Tensor } from "../../tensor/index.js";
import { unusable } from "../options/usage-error.js";
import type { Output } from "../terminal/output.js";
import { readField } from "./models.js";
import { readModel } from "./shipped.js";

/** What is missing in a field that `train` did not make. */
export interface FlowSourceOptions {
  readonly span?: readonly [number, number] | undefined;
  readonly base?: string | undefined;
  readonly inputMap?: Readonly<Record<string, string>> | undefined;
}

/** A flow and the names of its columns. */
export interface LoadedFlow extends Flow {
  readonly columns: readonly string[];
  /** Absent where the file is a bare field. */
  readonly facts?: FlowFacts;
}

/** The flow that `train` wrote; undefined for another model. */
export async function trainedFlow(path: string): Promise<DescribedFlow | undefined> {
  const bytes = await readModel(path);
  const { metadata } = importOnnx(bytes, path);
  return metadata[FLOW_KEY] === undefined ? undefined : decodeFlow(bytes, path);
}

/**
 * Reads a flow of `train`, or makes one of a field with `--span` and `--base`, in units of its states.
 * @param bare what a field's span and base are where options do not say it.
 * @throws a usage error when these are missing, or given although the file has them.
 */
export async function readFlow(
  path: string,
  options: FlowSourceOptions,
  bare: Pick<FlowSourceOptions, "span" | "base"> = {},
): Promise<LoadedFlow> {
  const flow = await trainedFlow(path);
  if (flow === undefined) return flowOfField(path, { ...bare, ...options });
  const given = Object.entries({ span: options.span, base: options.base, "input-map": options.inputMap });
  const spare = given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
  if (spare.length > 0)
    throw unusable(spare.join(", "), "nothing: the flow says it", "a value", `drop ${spare.join(" and ")}`);
  return { ...flow, columns: flow.facts.columns ?? defaultColumns(flow.standardization.shift.length) };
}

async function flowOfField(path: string, options: FlowSourceOptions): Promise<LoadedFlow> {
  const { span, base } = options;
  const field = await readField(path, options);
  if (span === undefined || base === undefined) {
    throw unusable(
      span === undefined ? (base === undefined ? "--span, --base" : "--span") : "--base",
      `${span === undefined ? "where base and data are, such as 0,1" : "the base distribution, such as normal"}: ${path} is a bare field`,
      "nothing",
      "add --span 0,1 --base normal, or name a flow.onnx of `hypersolvers train`",
    );
  }
  const dimension = dimensionOfField(field, path);
  const distribution = baseNamed(base);
  const standardization = { shift: Array(dimension).fill(0), scale: Array(dimension).fill(1) };
  return { field, base: distribution, span, standardization, columns: defaultColumns(dimension) };
}

function dimensionOfField(field: Field, what: string): number {
  const { shape } = stateType(field);
  const { controls } = field.roles;
  const [, dimension] = shape;
  if (shape.length === 2 && typeof dimension === "number" && controls.length === 0) return dimension;
  throw fail("UNSUPPORTED_FIELD", {
    what,
    expected: "states that are vectors, [batch, d], and no controls",
    received: `${formatShape(shape)}${controls.length === 0 ? "" : `, controls ${controls.join(", ")}`}`,
    help: "a flow is a field without other inputs than state and depth",
  });
}

/**
 * Points have to fit a flow; other names of columns are worth a warning.
 * @throws SHAPE_MISMATCH with both numbers of columns.
 */
export function requireColumns(
  { columns, facts }: LoadedFlow,
  points: { readonly value: Tensor; readonly columns: readonly string[]; readonly description: string },
  output: Output,
): string[] {
  const [, width = 0] = points.value.shape;
  if (width !== columns.length) {
    throw fail("SHAPE_MISMATCH", {
      what: points.description,
      expected: `points of ${columns.length} columns, as the flow has (${columns.join(", ")})`,
      received: `${width} (${points.columns.slice(0, 8).join(", ")}${width > 8 ? ", …" : ""})`,
    });
  }
  const unnamed = facts?.columns === undefined || points.columns.join() === defaultColumns(width).join();
  if (unnamed || points.columns.join() === columns.join()) return [];
  const warning = `the columns are ${points.columns.join(", ")}; the flow was trained on ${columns.join(", ")}`;
  output.warn(warning);
  return [warning];
}
