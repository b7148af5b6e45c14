import { isRecord } from "./check.js";
import { checkedValue } from "./complete.js";
import type { Row, Table } from "./kind.js";

/** A table without some of its rows, in which nothing is required: of what may be said beside what is settled. */
export const optionalTable = (table: Table, except: readonly string[] = []): Table =>
  Object.fromEntries(
    Object.entries(table).flatMap(([name, { required: _, ...row }]) =>
      except.includes(name) ? [] : [[name, row as Row]],
    ),
  );

/**
 * A spec with what is to be other in it: records member by member, lists and the rest whole.
 * @param table of the whole spec, with what is required in it.
 * @param changes of unknown origin.
 * @throws INVALID_ARGUMENT that names the member, `spec.fit.iterations`, with a suggestion where a name is unknown.
 */
export function changedSpec<S extends object>(table: Table, spec: S, changes: unknown): S {
  if (changes === undefined) return spec;
  const checked = checkedValue("spec", { type: "record", of: inPart(table) }, changes) as object;
  const whole = merged(spec, checked);
  return checkedValue("spec", { type: "record", of: table }, whole) as S;
}

/** The same table for parts of a spec. What is in lists stays whole. */
const inPart = (table: Table): Table =>
  Object.fromEntries(
    Object.entries(optionalTable(table)).map(([name, row]) => [
      name,
      row.type === "record" ? { ...row, of: inPart(row.of) } : row,
    ]),
  );

function merged(spec: object, changes: object): object {
  const known: Readonly<Record<string, unknown>> = { ...spec };
  const entries = Object.entries(changes).map(([name, change]): [string, unknown] => {
    const before = known[name];
    return [name, isRecord(before) && isRecord(change) ? merged(before, change) : change];
  });
  return { ...spec, ...Object.fromEntries(entries) };
}
