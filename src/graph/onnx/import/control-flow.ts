import { fail } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { Call } from "./calls.js";
import { type Data, isPacked } from "./packed.js";
import { asFolded, type Folded, foldedScalar, nodeOf } from "./value.js";

/** Which of the rounds of a loop is decoded. */
interface Round {
  /** Tells it apart from others. */
  readonly place?: string;
  /** Rounds that are known to come, this one included. */
  readonly certain?: number;
}

/** Decodes the graph in an attribute of a call, with these inputs, in place of the call. @returns its outputs. */
export type DecodeInner = (attribute: string, given: readonly Data[], round?: Round) => Data[];

/** The branch that the condition of an If takes; undefined where the condition is not known while importing. */
export function branch(
  call: Call,
  [condition]: readonly (Data | undefined)[],
  decode: DecodeInner,
): Data[] | undefined {
  if (call.opType !== "If" || call.domain !== "") return undefined;
  const decided = knownNumber(condition);
  return decided === undefined ? undefined : decode(decided === 0 ? "else_branch" : "then_branch", []);
}

/** Where a call is decoded. */
interface Place {
  readonly decode: DecodeInner;
  readonly batchSource: Node | undefined;
  /** For messages. */
  readonly where: string;
}

/**
 * A Loop round by round; undefined where it is not known while importing how many there are.
 * @throws MALFORMED_FILE for a body of other inputs and outputs than the loop has; UNSUPPORTED_FIELD for too many rounds.
 */
export function rounds(
  call: Call,
  [most, condition, ...begun]: readonly (Data | undefined)[],
  { decode, batchSource, where }: Place,
): Data[] | undefined {
  if (call.opType !== "Loop" || call.domain !== "") return undefined;
  const count = most === undefined ? Number.POSITIVE_INFINITY : knownNumber(most);
  let goesOn = condition === undefined ? 1 : knownNumber(condition);
  if (count === undefined) return undefined;
  let isCounted = false;
  let carried = begun.map((data) => data ?? raise(where, "a value for everything that goes round", "none"));
  const listed = Array.from({ length: Math.max(0, call.outputs.length - begun.length) }, (): Data[] => []);
  for (let round = 0; round < count && goesOn !== 0; round++) {
    if (goesOn === undefined) return undefined;
    const given = [foldedScalar(round), TRUE, ...carried];
    const [next, ...results] = decode("body", given, {
      place: `${round}/`,
      certain: isCounted ? count - round : 1,
    });
    const wanted = begun.length + listed.length;
    if (next === undefined || results.length !== wanted)
      raise(where, `a body of ${wanted + 1} outputs`, `${results.length + 1}`);
    // What hands its condition on does so in every round.
    isCounted = next === TRUE;
    goesOn = knownNumber(next);
    carried = results.slice(0, begun.length);
    for (const [i, list] of listed.entries()) list.push(results[begun.length + i] as Data);
  }
  return [...carried, ...listed.map((list) => stacked(list, batchSource, where))];
}

const TRUE: Folded = { dtype: "bool", shape: [], entries: [1] };

/** The one number of a value that is known while importing. */
function knownNumber(data: Data | undefined): number | undefined {
  if (data === undefined || isPacked(data)) return undefined;
  const [entry] = asFolded(data)?.entries ?? [];
  return typeof entry === "number" ? entry : undefined;
}

function raise(what: string, expected: string, received: string): never {
  throw fail("MALFORMED_FILE", { what, expected, received });
}

/** What every round shows, along a new first axis. */
function stacked(list: readonly Data[], batchSource: Node | undefined, where: string): Node {
  const parts = list.map((data) => {
    if (isPacked(data)) throw notStacked(where, "several rows a sample");
    const node = nodeOf(data, batchSource);
    return build.reshape(node, [1, ...node.shape]);
  });
  if (parts.length === 0) throw notStacked(where, "none");
  return build.concat(parts, 0);
}

const notStacked = (what: string, received: string): Error =>
  fail("UNSUPPORTED_FIELD", { what, expected: "something to put together from every round", received });
