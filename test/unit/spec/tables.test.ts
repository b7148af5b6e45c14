import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkGuardMethod } from "../../../src/cli/commands/solve/table.js";
import { sharedTable } from "../../../src/cli/options/options.js";
import { parseGrid, parseStates } from "../../../src/cli/options/parse.js";
import { buildProgram, commands } from "../../../src/cli/program.js";
import { createOutput } from "../../../src/cli/terminal/output.js";
import { experiments } from "../../../src/experiments/registry.js";
import { convArchitectureTable } from "../../../src/hypersolver/correction/conv-architecture-table.js";
import { fitTable } from "../../../src/hypersolver/internal.js";
import { coefficientTable } from "../../../src/hypersolver/learned/coefficient-table.js";
import { checkMethodsText, checkMethodText } from "../../../src/hypersolver/specs.js";
import { classifierTrainingTable, flowTrainingTable, parseBase } from "../../../src/models/specs.js";
import { requireTableauName } from "../../../src/ode/specs.js";
import { problemOf } from "../../../src/spec/check.js";
import { checkSpec, completeSpec, defaultsOf, type Table } from "../../../src/spec/index.js";
import { flagOf, helpOf, type Row, valueOfText } from "../../../src/spec/internal.js";
import type { Kind } from "../../../src/spec/kind.js";
import { textOfValue } from "../../../src/spec/text.js";
import { boundText } from "../../../src/spec/words.js";

/** Every table of options that there is: those of the commands, and those inside specs. */
const tables: readonly (readonly [string, Table])[] = [
  ["a fit", fitTable],
  ["an architecture", convArchitectureTable],
  ["what every command is told", sharedTable],
  ...commands.map(({ name, table }) => [name, table] as const),
];
const rows = tables.flatMap(([of, table]) =>
  Object.entries<Row>(table).map(([name, row]) => [`${name} of ${of}`, name, row, table] as const),
);

/** Texts that a reader takes, and how each has to come out. */
const readable = new Map<(text: string) => unknown, readonly string[]>([
  [parseStates, ["normal", "uniform:-1,2", "a.safetensors:z", "points.csv"]],
  [parseGrid, ["-4,4", "0,1.5,20"]],
  [checkMethodText, ["heun", "heun:4", "ab2:8", "dopri5@rtol=1e-5,atol=1e-7", "hyper:c.onnx:2", "ns:c.json"]],
  [requireTableauName, ["heun", "kutta_38", "alpha(0.4)", "alpha-0.4"]],
  [checkGuardMethod, ["base", "dopri5@1e-5", "heun:4"]],
  [checkMethodsText, ["heun:4", "heun:4,dopri5@1e-5,hyper:c.onnx:2"]],
  [parseBase, ["normal", "logistic", "student-t:5", "student-t(1000)"]],
]);

/** Values of a kind. */
function valid(kind: Kind): fc.Arbitrary<unknown> {
  return kind.nullable === true ? fc.oneof(fc.constant(null), plainValid(kind)) : plainValid(kind);
}

function plainValid(kind: Kind): fc.Arbitrary<unknown> {
  const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  switch (kind.type) {
    case "integer":
      return fc.integer({ min: kind.min ?? -1e6, max: kind.max });
    case "number":
      return fc.double({
        min: kind.above ?? kind.min ?? -1e9,
        minExcluded: kind.above !== undefined,
        max: kind.below ?? kind.max ?? 1e9,
        maxExcluded: kind.below !== undefined,
        noNaN: true,
      });
    case "text":
      if (kind.reads !== undefined) return fc.constantFrom(...(readable.get(kind.reads) ?? []));
      return kind.pattern === undefined
        ? fc.stringMatching(/^\w+$/)
        : fc.stringMatching(new RegExp(kind.pattern));
    case "boolean":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...kind.of);
    case "span":
      return fc.tuple(
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
      );
    case "range":
      return fc.tuple(positive, positive).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
    case "map":
      return fc.dictionary(
        kind.keys === undefined ? fc.stringMatching(/^[a-z]+$/) : fc.constantFrom(...kind.keys),
        fc.stringMatching(/^\w+$/),
        { minKeys: 1, noNullPrototype: true },
      );
    case "list":
      return fc.array(valid(kind.of), { minLength: 1, maxLength: 4 });
    case "either":
      return fc.oneof(...kind.of.map(valid));
    case "record":
      return recordOf(kind.of);
    case "options":
      return fc.constantFrom({}, { fit: { iterations: 1 } });
  }
}

const recordOf = (table: Table): fc.Arbitrary<unknown> =>
  fc.record(Object.fromEntries(Object.entries(table).map(([name, row]) => [name, valid(row)])), {
    requiredKeys: Object.keys(table).filter((name) => table[name]?.required === true),
    noNullPrototype: true,
  });

/** Values that are not of a kind: of other types, and just outside its range. */
function invalid(kind: Kind): fc.Arbitrary<unknown> {
  const others = fc.constantFrom<unknown>(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "",
    {},
    [[]],
    [null],
    true,
    "no such thing",
    1.5,
    -1,
  );
  const edges: unknown[] = [];
  if (kind.type === "integer" || kind.type === "number") {
    if (kind.min !== undefined) edges.push(kind.min - 1);
    if (kind.max !== undefined) edges.push(kind.max + 1);
    if (kind.type === "number" && kind.above !== undefined) edges.push(kind.above);
  }
  if (kind.type === "range") edges.push([0, 1], [2, 1], [Number.NaN, 1], [1]);
  const all = edges.length === 0 ? others : fc.oneof(others, fc.constantFrom(...edges));
  return all.filter((value) => !belongs(kind, value));
}

/** Membership by other means than the code under test. */
function belongs(kind: Kind, value: unknown): boolean {
  if (kind.nullable === true && value === null) return true;
  if (kind.type === "number" || kind.type === "integer") {
    const isNumber = typeof value === "number" && value - value === 0;
    const whole = kind.type === "number" || (isNumber && value % 1 === 0);
    const low = kind.type === "number" && kind.above !== undefined ? Number(value) > kind.above : true;
    return isNumber && whole && low && !(value < (kind.min ?? value)) && !(value > (kind.max ?? value));
  }
  if (kind.type === "boolean") return value === true || value === false;
  if (kind.type === "text")
    return typeof value === "string" && value.length > 0 && new RegExp(kind.pattern ?? "").test(value);
  if (kind.type === "choice") return kind.of.some((choice) => choice === value);
  if (kind.type === "options") return JSON.stringify(value).startsWith("{");
  if (kind.type === "map" || kind.type === "record")
    return JSON.stringify(value) === "{}" && kind.type === "map";
  return kind.type === "either" && kind.of.some((each) => belongs(each, value));
}

describe.each(rows)("%s", (_, name, row, table) => {
  test("takes every value of its kind, as JSON and, where it has a flag, as text", () => {
    fc.assert(
      fc.property(valid(row), (value) => {
        expect(problemOf(row, value)).toBeUndefined();
        const spec = checkSpec(table, { [name]: value });
        expect(JSON.parse(JSON.stringify(spec))).toEqual(JSON.parse(JSON.stringify({ [name]: value })));
        if (row.type === "boolean" || row.type === "record" || row.type === "text") return;
        if (row.type === "map" && row.keys === undefined && Object.keys(value as object).length > 1) return;
        expect(valueOfText(row, textOfValue(row, value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 40 },
    );
  });

  test("is refused by name at the door where a value is not of its kind", () => {
    fc.assert(
      fc.property(invalid(row), (value) => {
        expect(() => checkSpec(table, { [name]: value })).toThrow(
          expect.objectContaining({
            code: "INVALID_ARGUMENT",
            facts: expect.objectContaining({ what: expect.stringMatching(new RegExp(`^${name}\\b`)) }),
          }),
        );
      }),
      { numRuns: 40 },
    );
  });
});

const isGiven = ({ default: value, defaultFor }: Row): boolean =>
  value !== undefined || defaultFor !== undefined;

test.each(rows.filter(([, , row]) => isGiven(row)))(
  "the defaults of %s are of its kind, and help shows them",
  (_, name, row, table) => {
    const { default: value, defaultFor = {} } = row;
    for (const each of [value, ...Object.values(defaultFor)]) {
      if (each === undefined) continue;
      expect(problemOf(row, each)).toBeUndefined();
      expect(checkSpec(table, JSON.parse(JSON.stringify({ [name]: each })))).toEqual({ [name]: each });
      const isShown = row.type !== "boolean" && (each !== value || row.otherwise === undefined);
      if (isShown) expect(helpOf(row)).toContain(textOfValue(row, each));
    }
  },
);

test("a spec that a table completes is a spec again, and JSON", () => {
  const complete = completeSpec(fitTable, { base: "heun", steps: 2 }, "images");
  expect(JSON.parse(JSON.stringify(complete))).toEqual(complete);
  expect(completeSpec(fitTable, complete)).toEqual(complete);
  expect(complete).toMatchObject({ ...defaultsOf(fitTable, "images"), base: "heun", seed: 0 });
  expect(completeSpec(fitTable, { base: "heun", steps: 2 }).iterations).toBe(fitTable.iterations.default);
});

describe("help", () => {
  const program = buildProgram(createOutput(process), () => {});
  test.each(commands.map(({ name, table, shared }) => [name, table, shared] as const))(
    "of %s has every option of its tables and no other",
    (name, own, shared) => {
      const command = program.commands.find((each) => each.name() === name);
      const rows = [...Object.entries<Row>(own), ...Object.entries<Row>(shared)];
      const flags = rows.flatMap(([option, row]) => flagOf(option, row) ?? []);
      expect(command?.options.map(({ long }) => long).sort()).toEqual(flags.sort());
      const told = rows.filter(([, { flag }]) => flag === "argument").map(([, row]) => helpOf(row));
      expect(command?.registeredArguments.map(({ description }) => description)).toEqual(told);
    },
  );
});

/** The kinds of integers in a kind, with where they are. */
function integersIn(kind: Kind, path: string): readonly (readonly [string, Kind])[] {
  if (kind.type === "integer") return [[path, kind]];
  if (kind.type === "list") return integersIn(kind.of, `${path}[]`);
  if (kind.type === "either") return kind.of.flatMap((each) => integersIn(each, path));
  if (kind.type !== "record") return [];
  return Object.entries(kind.of).flatMap(([name, row]) => integersIn(row, `${path}.${name}`));
}

const all: typeof tables = [
  ...tables,
  ["a training of a flow", flowTrainingTable],
  ["a training of a classifier", classifierTrainingTable],
  ["a fit of coefficients", coefficientTable],
  ...Object.values(experiments).map(({ name, table }) => [`experiment ${name}`, table] as const),
];
const integers = all.flatMap(([of, table]) =>
  Object.entries<Row>(table).flatMap(([name, row]) => integersIn(row, `${name} of ${of}`)),
);

test("there are integers inside of lists, records and either of both", () => {
  const paths = integers.map(([path]) => path);
  expect(paths).toContain("phases of a training of a flow[].batch");
  expect(paths).toContain("architecture of a fit.kernels[]");
});

test.each(integers)("%s has an upper bound, which the refusal says", (_, kind) => {
  const { max } = kind as { readonly max: number };
  expect(max).toBeLessThanOrEqual(1e12);
  expect(problemOf(kind, max)).toBeUndefined();
  for (const slip of [max + 1, 1e15])
    expect(problemOf(kind, slip)?.expected).toMatch(
      new RegExp(`(up )?to ${boundText(max)}|at most ${boundText(max)}`),
    );
});
