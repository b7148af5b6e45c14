import {
  concat,
  evaluateGraph,
  expand,
  type InputSpec,
  type NamedNodes,
  type Node,
  reshape,
  type SymbolicShape,
  trace,
  transpose,
} from "../../graph/index.js";
import { cast, rows, sizeOf, type Tensor } from "../../tensor/index.js";
import type { SampleShape } from "./input-shapes.js";

/**
 * How the numbers of a sample lie before the layers of a network: side by side in one row, or, where that would be a very
 * long one, in a row for every token, all answered by the same layers.
 */
export interface RowLayout {
  /** Extents of one sample of every input of the network, by name, in order. */
  readonly shapes: Readonly<Record<string, SampleShape>>;
  /** Extents of one sample of its answer. */
  readonly answer: SampleShape;
  /** Extents of the tokens; none: one row a sample. */
  readonly tokens: SampleShape;
}

/** Numbers of a sample of which layers see all at once. Above, their weights would be more than what they learn from. */
const MOST_AT_ONCE = 256;

/**
 * Extents of the tokens of states [batch, tokens, …, features], or [batch, channels, …] of three axes behind and more; none
 * where a sample is small, or a plain vector.
 */
export function tokensOf(state: SampleShape): SampleShape {
  if (state.length < 2 || sizeOf(state) <= MOST_AT_ONCE) return [];
  return state.length < 4 ? state.slice(0, -1) : state.slice(1);
}

/** @param shapes what the network is shown: `inputShapes`. */
export const layoutFor = (shapes: RowLayout["shapes"], state: SampleShape): RowLayout => ({
  shapes,
  answer: state,
  tokens: tokensOf(state),
});

/** Of tables: every input a vector of so many columns. */
export const plainLayout = (columns: Readonly<Record<string, number>>, answer: number): RowLayout => ({
  shapes: Object.fromEntries(Object.entries(columns).map(([name, width]) => [name, [width]])),
  answer: [answer],
  tokens: [],
});

/** Inputs of the network, float32 [batch, …]. */
export const layoutInputs = ({ shapes }: RowLayout): Record<string, InputSpec> =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape: ["batch", ...shape] }]));

/** Columns of an input in a row. */
export function columnsOf({ shapes, tokens }: RowLayout, name: string): number {
  const shape = shapes[name] ?? [];
  return sizeOf(shape) / (isByToken(shape, tokens) ? sizeOf(tokens) : 1);
}

/** Columns of an answer. */
export const answerColumns = ({ answer, tokens }: RowLayout): number => sizeOf(answer) / sizeOf(tokens);

/** Every input as [batch, columns], or [batch, tokens…, columns]: what belongs to the whole sample stands in every row. */
export const laidOut = (layout: RowLayout, nodes: NamedNodes): Node[] =>
  Object.keys(layout.shapes).map((name) => inRows(layout, name, nodes[name] as Node));

/** The same side by side. */
export const sideBySide = (parts: readonly Node[]): Node => concat(parts, (parts[0]?.shape.length ?? 2) - 1);

function inRows(layout: RowLayout, name: string, x: Node): Node {
  const { shapes, tokens } = layout;
  const shape = shapes[name] ?? [];
  const columns = columnsOf(layout, name);
  const batch = x.shape[0] ?? 1;
  if (tokens.length === 0) return reshape(x, [batch, columns]);
  const wanted: SymbolicShape = [batch, ...tokens, columns];
  if (isByToken(shape, tokens)) return reshape(isChannelsFirst(shape) ? channelsLast(x) : x, wanted);
  return expand(reshape(x, [batch, ...tokens.map(() => 1), columns]), wanted, x);
}

/** Whether an input has a vector, or one number, for every token. */
function isByToken(shape: SampleShape, tokens: SampleShape): boolean {
  if (tokens.length === 0) return false;
  const own = isChannelsFirst(shape) ? shape.slice(1) : shape.slice(0, tokens.length);
  return shape.length <= tokens.length + 1 && own.join() === tokens.join();
}

const isChannelsFirst = (shape: SampleShape): boolean => shape.length >= 4;

const channelsLast = (x: Node): Node => transpose(x, [0, ...x.shape.slice(2).map((_, axis) => axis + 2), 1]);

/** Answers [batch, columns] or [batch, tokens…, columns] in the shape of the state. */
export function asAnswer({ answer, tokens }: RowLayout, g: Node): Node {
  if (tokens.length === 0) return reshape(g, [g.shape[0] ?? 1, ...answer]);
  if (!isChannelsFirst(answer)) return g;
  return transpose(g, [0, g.shape.length - 1, ...tokens.map((_, axis) => axis + 1)]);
}

/** Rows that statistics of tokens are taken from. */
const STATISTICS_ROWS = 8192;
const FEWEST_SAMPLES = 16;

/** Values of an input as a table [rows, columns], float64 where there are tokens; of few samples, for statistics. */
export function inputTable(layout: RowLayout, name: string, value: Tensor): Tensor {
  const columns = columnsOf(layout, name);
  const [count = 0, ...rest] = value.shape;
  if (layout.tokens.length === 0) return { ...value, shape: [count, columns] };
  const enough = Math.max(FEWEST_SAMPLES, Math.ceil(STATISTICS_ROWS / sizeOf(layout.tokens)));
  const few = rows(value, 0, Math.min(count, enough));
  const graph = trace({ x: { shape: ["batch", ...rest], dtype: "float64" } }, ({ x }) => ({
    rows: inRows(layout, name, x as Node),
  }));
  const table = evaluateGraph(graph, { x: cast(few, "float64") }).rows as Tensor;
  return { ...table, shape: [table.data.length / columns, columns] };
}

/** Values of answers as a table. */
export const answerTable = (layout: RowLayout, value: Tensor): Tensor =>
  inputTable({ ...layout, shapes: { g: layout.answer } }, "g", value);
