import { fail } from "../../tensor/index.js";
import type { JobSpec } from "./job.js";
import type { Sweep } from "./sweep-table.js";

/** One job of a sweep: its options, and where in the sweep it stands. */
export interface Cell {
  /** What varies, by option, with the value here; `field` where there are several. */
  readonly at: Readonly<Record<string, unknown>>;
  readonly spec: JobSpec;
}

/** A queue takes more, a report does not. */
const MOST_CELLS = 1_000_000;

/** All jobs of a sweep: fields, then entries of the list, then the grid, whose last option varies fastest. */
export function cellsOf({ fields, spec, grid, list }: Sweep): Cell[] {
  const values = Object.entries(grid);
  const count = values.reduce((total, [, of]) => total * of.length, (fields?.length ?? 1) * list.length);
  if (count > MOST_CELLS)
    throw fail("INVALID_ARGUMENT", {
      what: "sweep",
      expected: `at most ${MOST_CELLS} jobs`,
      received: String(count),
    });
  const points = values.reduce<Readonly<Record<string, unknown>>[]>(
    (before, [option, of]) => before.flatMap((point) => of.map((value) => ({ ...point, [option]: value }))),
    [{}],
  );
  const starts = (fields ?? [undefined]).map((field) => (field === undefined ? {} : { field }));
  return starts.flatMap((start) =>
    list.flatMap((entry) =>
      points.map((point) => {
        const at = { ...start, ...entry, ...point };
        return { at: varying(at, start, fields), spec: withMembers(spec, at) };
      }),
    ),
  );
}

/** A single field says nothing. */
const varying = (
  at: Readonly<Record<string, unknown>>,
  start: object,
  fields: Sweep["fields"],
): Cell["at"] => {
  if (!("field" in start) || (fields?.length ?? 0) > 1) return at;
  const { field: _, ...others } = at;
  return others;
};

/** A spec with members by path: `a.b` is the member b of the record a. */
function withMembers(spec: JobSpec, members: Readonly<Record<string, unknown>>): JobSpec {
  return Object.entries(members).reduce(
    (whole, [path, value]) => withMember(whole, path.split("."), value),
    spec,
  );
}

function withMember(spec: JobSpec, [name = "", ...rest]: readonly string[], value: unknown): JobSpec {
  if (rest.length === 0) return { ...spec, [name]: value };
  const inside = Object.hasOwn(spec, name) && spec[name] instanceof Object ? (spec[name] as JobSpec) : {};
  return { ...spec, [name]: withMember(inside, rest, value) };
}
