import { fail } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { Extent } from "../../tensor-type.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { type Data, isPacked, type Packed, pack, rankOf } from "./packed.js";

/** A node whose axes have letters. */
interface Lettered {
  readonly node: Node;
  readonly letters: readonly string[];
}

function einsum(context: DecodeContext): Data {
  const data = context.all().map((value) => (isPacked(value) ? value : context.asNode(value)));
  const parsed = parse(context, data.map(rankOf));
  const rows = new Set(
    data.flatMap((value, i) => (isPacked(value) ? [parsed.operands[i]?.[value.axis] ?? ""] : [])),
  );
  const output = opened(parsed.output, rows);
  const operands = parsed.operands.map((letters) => opened(letters, rows));
  const nodes = data.map((value, i) => openedNode(value, parsed.operands[i] ?? [], rows));
  const result = product(context, nodes, operands, output);
  const [letter] = rows;
  return letter === undefined ? result : pack(result, output.indexOf(`${letter}<`));
}

/** The letter of an axis of several rows a sample stands for three axes. */
const opened = (letters: readonly string[], rows: ReadonlySet<string>): string[] =>
  letters.flatMap((letter) => (rows.has(letter) ? [`${letter}<`, letter, `${letter}>`] : [letter]));

/** @throws UNSUPPORTED_FIELD where some operands have several rows a sample at a letter and others do not. */
function openedNode(data: Node | Packed, letters: readonly string[], rows: ReadonlySet<string>): Node {
  const own = isPacked(data) ? letters[data.axis] : undefined;
  const other = letters.find((letter) => rows.has(letter) && letter !== own);
  if (other === undefined && rows.size <= 1) return isPacked(data) ? data.packed : data;
  throw fail("UNSUPPORTED_FIELD", {
    what: "equation",
    expected: "operands with the same rows for each sample",
    received: `"${other ?? [...rows].join()}" as rows of several kinds`,
  });
}

function product(
  context: DecodeContext,
  nodes: readonly Node[],
  operands: readonly (readonly string[])[],
  output: readonly string[],
): Node {
  const [first, ...rest] = operands.map((letters, i) => diagonalFree(context, nodes[i] as Node, letters));
  if (first === undefined) throw context.unsupported("no operand", "at least one");
  const product = rest.reduce<Lettered>((left, right, i) => {
    const later = rest.slice(i + 1).flatMap(({ letters }) => letters);
    return contract(left, right, new Set([...output, ...later]));
  }, first);
  const summed = sumOut(product, new Set(output));
  return ordered(summed, output);
}

/** Letters of operands and result; `...` stands for the axes that have none, called 0, 1, … from the last. */
function parse(context: DecodeContext, ranks: readonly number[]) {
  const text = context.text("equation", "").replaceAll(" ", "");
  const [left = "", right] = text.split("->");
  const terms = left.split(",");
  if (terms.length !== ranks.length) throw wrong(text, `${ranks.length} operands`);
  const operands = terms.map((term, i) => lettersOf(term, ranks[i] ?? 0, text));
  const counts = new Map<string, number>();
  for (const letter of operands.flat()) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const open = [...counts.keys()].filter((letter) => /\d/.test(letter)).sort((a, b) => Number(b) - Number(a));
  const once = [...counts].flatMap(([letter, count]) => (count === 1 && !/\d/.test(letter) ? [letter] : []));
  const output =
    right === undefined
      ? [...open, ...once.sort()]
      : right.split(/(\.\.\.)/).flatMap((part) => (part === "..." ? open : [...part]));
  if (output.some((letter) => !counts.has(letter)) || new Set(output).size !== output.length)
    throw wrong(text, "each letter of the result in an operand, once");
  return { operands, output };
}

function lettersOf(term: string, rank: number, text: string): string[] {
  const [before = "", after] = term.split("...");
  const missing = rank - before.length - (after?.length ?? 0);
  const open = after === undefined ? [] : Array.from({ length: missing }, (_, i) => String(missing - 1 - i));
  const letters = [...before, ...open, ...(after ?? "")];
  if (letters.length === rank && missing >= 0) return letters;
  throw wrong(text, `${rank} axes for "${term}"`);
}

const wrong = (received: string, expected: string): Error =>
  fail("MALFORMED_FILE", { what: "equation", expected, received });

/** A letter twice is a diagonal: both axes as one, of which every (n + 1)-th element stays. */
function diagonalFree(context: DecodeContext, node: Node, letters: readonly string[]): Lettered {
  const second = letters.findIndex((letter, axis) => letters.indexOf(letter) !== axis);
  if (second < 0) return { node, letters };
  const letter = letters[second] ?? "";
  const first = letters.indexOf(letter);
  const size = node.shape[first];
  if (typeof size !== "number" || node.shape[second] !== size)
    throw context.unsupported(`"${letter}" twice in "${letters.join("")}"`, "two equal axes of fixed size");
  const rest = [...node.shape.keys()].filter((axis) => axis !== first && axis !== second);
  const square = build.transpose(node, [...rest, first, second]);
  const extents = rest.map((axis) => node.shape[axis] ?? 1);
  const diagonal = build.gather(
    build.reshape(square, [...extents, size * size]),
    rest.length,
    Array.from({ length: size }, (_, i) => i * (size + 1)),
  );
  return diagonalFree(context, diagonal, [...rest.map((axis) => letters[axis] ?? ""), letter]);
}

/** Sums over the axes that nobody needs. */
function sumOut({ node, letters }: Lettered, needed: ReadonlySet<string>): Lettered {
  const axes = letters.flatMap((letter, axis) => (needed.has(letter) ? [] : [axis]));
  if (axes.some((axis) => node.shape[axis] === "batch")) throw overTheBatch();
  return { node: build.reduceSum(node, axes), letters: letters.filter((letter) => needed.has(letter)) };
}

function ordered({ node, letters }: Lettered, wanted: readonly string[]): Node {
  const order = wanted.map((letter) => letters.indexOf(letter));
  return order.every((axis, i) => axis === i) ? node : build.transpose(node, order);
}

/** One matrix product: axes of both operands lead, those that go are columns and rows, the others rows and columns. */
function contract(a: Lettered, b: Lettered, needed: ReadonlySet<string>): Lettered {
  const left = sumOut(a, new Set([...needed, ...b.letters]));
  const right = sumOut(b, new Set([...needed, ...a.letters]));
  const isShared = (letter: string): boolean =>
    left.letters.includes(letter) && right.letters.includes(letter);
  const shared = left.letters.filter((letter) => isShared(letter) && needed.has(letter));
  const gone = left.letters.filter((letter) => isShared(letter) && !needed.has(letter));
  const rows = left.letters.filter((letter) => !isShared(letter));
  const columns = right.letters.filter((letter) => !isShared(letter));
  const [x, y] = [
    ordered(left, [...shared, ...rows, ...gone]),
    ordered(right, [...shared, ...gone, ...columns]),
  ];
  const [n, r, g] = [shared.length, rows.length, gone.length];
  const [ownRows, ownColumns] = [x.shape.slice(n, n + r), y.shape.slice(n + g)];
  const [leadRows, lastRow] = merged(ownRows);
  const [leadColumns, lastColumn] = merged(ownColumns);
  const depth = onlyExtent(x.shape.slice(n + r));
  const before = x.shape.slice(0, n);
  const ones = (extents: readonly Extent[]): number[] => extents.map(() => 1);
  const matrix = build.reshape(x, [...before, ...leadRows, ...ones(leadColumns), lastRow, depth]);
  const turned = [...Array(n).keys(), ...columns.slice(0, leadColumns.length).map((_, i) => n + g + i)];
  const rest = [...y.shape.keys()].filter((axis) => !turned.includes(axis));
  const other = build.reshape(build.transpose(y, [...turned, ...rest]), [
    ...y.shape.slice(0, n),
    ...ones(leadRows),
    ...leadColumns,
    onlyExtent(y.shape.slice(n, n + g)),
    lastColumn,
  ]);
  return split(
    build.matmul(matrix, other),
    { shared, rows, columns },
    { leadRows, leadColumns, ownRows, ownColumns },
  );
}

interface Sides<T> {
  readonly rows: T;
  readonly columns: T;
}

/** The product's axes by letter: shared, leading rows, leading columns, row, column. */
function split(
  product: Node,
  { shared, rows, columns }: Sides<readonly string[]> & { readonly shared: readonly string[] },
  extents: Readonly<Record<"leadRows" | "leadColumns" | "ownRows" | "ownColumns", readonly Extent[]>>,
): Lettered {
  const { leadRows, leadColumns, ownRows, ownColumns } = extents;
  const [wide, tall] = [rows.slice(leadRows.length), columns.slice(leadColumns.length)];
  const shape = [
    ...product.shape.slice(0, shared.length),
    ...leadRows,
    ...leadColumns,
    ...ownRows.slice(leadRows.length),
    ...ownColumns.slice(leadColumns.length),
  ];
  const letters = [
    ...shared,
    ...rows.slice(0, leadRows.length),
    ...columns.slice(0, leadColumns.length),
    ...wide,
    ...tall,
  ];
  return { node: build.reshape(product, shape), letters };
}

/** Axes as one: sizes multiplied where all are fixed, else all but the last stay leading axes. */
function merged(extents: readonly Extent[]): readonly [readonly Extent[], Extent] {
  if (extents.every((extent) => typeof extent === "number"))
    return [[], extents.reduce<number>((product, extent) => product * Number(extent), 1)];
  return [extents.slice(0, -1), extents.at(-1) ?? 1];
}

function onlyExtent(extents: readonly Extent[]): Extent {
  const [lead, last] = merged(extents);
  if (lead.length === 0) return last;
  throw overTheBatch();
}

const overTheBatch = (): Error =>
  fail("UNSUPPORTED_FIELD", { what: "a sum over the batch", expected: "sums over features" });

/** Sums of products by letters. */
export const einsumDecoders: DecoderTable = {
  Einsum: { inputs: [1, Number.POSITIVE_INFINITY], rows: "own", decode: einsum },
};
