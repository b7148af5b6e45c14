import { fail } from "../../tensor/errors.js";
import { checkGrid, type Grid } from "../problem/grid.js";
import { DEFAULT_TOLERANCES, type Tolerances } from "../step-control/step-control.js";
import type {
  AdaptiveSpec,
  ControlSpec,
  FixedSpec,
  MultistepSpec,
  ReversibleSpec,
  TableauMethodSpec,
} from "./method-spec.js";
import { isMultistepName, steppedNames } from "./multistep/names.js";
import { isRosenbrockName, rosenbrockNames } from "./rosenbrock/names.js";
import { isTableauName, unknownMethod } from "./tableaus/names.js";

/*
 * The one spelling of methods, for command lines, legends and reports:
 *
 *     heun:4                      4 equal steps between each two requested times
 *     heun:0/0.25/1               all points of the solve
 *     ab2:8                       a multistep method
 *     reversible-heun:4           a method whose steps can be undone; reversible-0.99-heun:4 with λ = 0.99
 *     inverse-reversible-heun:4   the way back
 *     dopri5                      step control at the default tolerances
 *     dopri5@1e-5                 rtol = atol = 1e-5
 *     dopri5@rtol=1e-5,atol=1e-7,maxSteps=500
 *     rodas4@1e-5, rodas4:8       an implicit method, for stiff fields
 */

/** The spelling of a method; `methodOf` needs the object where the library does not know the name of its tableau. */
export function tableauMethodText(spec: FixedSpec | AdaptiveSpec | MultistepSpec): string {
  if (spec.kind === "multistep") return `${spec.method}:${gridText(spec.grid)}`;
  const name = typeof spec.tableau === "string" ? spec.tableau : spec.tableau.name;
  return spec.kind === "fixed" ? `${name}:${gridText(spec.grid)}` : `${name}@${controlText(spec)}`;
}

/** The shorter of the two ways that JavaScript writes a number; both give it back exactly. */
function numberText(value: number): string {
  const [plain, scientific] = [String(value), value.toExponential().replace("e+", "e")];
  return scientific.length < plain.length ? scientific : plain;
}

/** `4`, or `0/0.25/1`. */
export function gridText(grid: Grid): string {
  if ("steps" in grid) return String(grid.steps);
  const { mesh } = grid;
  return (mesh.length === 1 ? [...mesh, ...mesh] : mesh).map(numberText).join("/");
}

/** Members in one order, whoever wrote them. */
function controlText({ rtol, atol, stepController, ...others }: AdaptiveSpec): string {
  const { kind, ...settings } =
    typeof stepController === "object" ? stepController : { kind: stepController };
  const members: Readonly<Record<string, unknown>> = { ...others, ...settings, stepController: kind };
  const tolerances =
    rtol === atol ? [numberText(rtol)] : [`rtol=${numberText(rtol)}`, `atol=${numberText(atol)}`];
  const written = [
    ...controlNumbers,
    "lastStep",
    "reuseLastStage",
    "norm",
    "stepController",
    ...settingNumbers,
  ];
  const rest = written.flatMap((name) => {
    const value = members[name];
    if (value === undefined) return [];
    return [`${name}=${typeof value === "number" ? numberText(value) : String(value)}`];
  });
  return [...tolerances, ...rest].join(",");
}

/** Default λ of reversible methods: the authors'. */
export const DEFAULT_COUPLING = 0.999;

/** What stands before the spelling of the base: `reversible-`, `inverse-reversible-0.99-`. */
export function reversiblePrefix({ coupling, inverse }: Omit<ReversibleSpec, "base">): string {
  const lambda = coupling === undefined ? "" : `${numberText(coupling)}-`;
  return `${inverse === true ? "inverse-" : ""}reversible-${lambda}`;
}

const reversibleForm = /^\s*(inverse-)?reversible-(?:(\d*\.?\d+(?:e-?\d+)?)-)?(.*)$/s;

/** The spec in the spelling of a reversible method, with the spelling of its base; undefined for another method's. */
export function splitReversible(
  text: string,
): { readonly spec: Omit<ReversibleSpec, "base">; readonly base: string } | undefined {
  const [whole, inverse, coupling, base = ""] = reversibleForm.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return {
    spec: {
      kind: "reversible",
      ...(coupling !== undefined && { coupling: Number(coupling) }),
      ...(inverse !== undefined && { inverse: true }),
    },
    base,
  };
}

/** Whether a spelling names a file of coefficients, `ns:solver.json`, or of a student, `student:student.onnx`. */
export const isSolverFileText = (text: string): boolean => /^\s*(?:ns|student):/.test(text);

/** Whether a spelling names a correction. */
export const isHyperText = (text: string): boolean => /^\s*hyper[-:]/.test(text);

const countForm = /^\d+(?:e\d+)?$/;

/** Whether a text is to be read by `parseGrid`. */
export const isGridText = (text: string): boolean =>
  countForm.test(text) ||
  (text.includes("/") && text.split("/").every((part) => Number.isFinite(toNumber(part))));

/** @throws INVALID_ARGUMENT for text that is no grid, or too fine a one. */
export function parseGrid(text: string, whole: string): Grid {
  if (countForm.test(text)) return checkedGrid({ steps: Number(text) });
  const mesh = text.split("/").map((part) => toNumber(part));
  if (mesh.length > 1 && mesh.every(Number.isFinite)) return checkedGrid({ mesh });
  throw misspelled(whole, "a number of steps after the colon, or mesh points between slashes");
}

function checkedGrid(grid: Grid): Grid {
  checkGrid(grid);
  return grid;
}

/**
 * Reads the spelling of a method made of a tableau. Whether there is such a tableau is for `methodOf` to say.
 * @param tolerances where the text says none. Default: rtol 1e-7, atol 1e-9.
 * @throws INVALID_ARGUMENT
 */
export function parseTableauMethod(
  text: string,
  tolerances: Tolerances = DEFAULT_TOLERANCES,
): TableauMethodSpec {
  const wrapped = splitReversible(text);
  if (wrapped !== undefined) {
    const base = parseTableauMethod(wrapped.base, tolerances);
    if (base.kind === "fixed") return { ...wrapped.spec, base };
    throw misspelled(text, "a method that repeats one step, in so many steps, such as reversible-heun:4");
  }
  const [, name = "", mark, rest = ""] = /^([^:@]*)(?:([:@])(.*))?$/s.exec(text.trim()) ?? [];
  if (name === "") throw misspelled(text, "the name of a method first");
  if (isHyperText(text) || isSolverFileText(text))
    throw misspelled(text, "a method without a correction or coefficients, whose file has to be read first");
  if (isMultistepName(name)) {
    if (mark !== ":") throw misspelled(text, `steps after the name, such as ${name}:8: it controls no error`);
    return { kind: "multistep", method: name, grid: parseGrid(rest, text) };
  }
  if (mark === ":") return { kind: "fixed", tableau: name, grid: parseGrid(rest, text) };
  const given = mark === undefined ? {} : parseControl(rest, text);
  const { rtol, atol } = tolerances;
  return { kind: "adaptive", tableau: name, rtol, atol, ...given };
}

/**
 * Checks the bare name of a method whose steps or tolerances are given elsewhere: `heun`, `ab2`, `reversible-heun`.
 * @throws INVALID_ARGUMENT that lists the known names.
 */
export function requireMethodName(text: string): void {
  const name = splitReversible(text)?.base ?? text;
  if (isMultistepName(name) || isRosenbrockName(name) || isTableauName(name)) return;
  throw unknownMethod(name, [...steppedNames, ...rosenbrockNames]);
}

const controlNumbers = ["maxSteps", "minStep", "maxStep", "firstStep", "toleranceColumns"];
const settingNumbers = ["safety", "maxFactor", "minFactor"];
const numbers = ["rtol", "atol", ...controlNumbers, ...settingNumbers];
const words: Readonly<Record<string, Readonly<Record<string, string | boolean>>>> = {
  lastStep: { clip: "clip", overshoot: "overshoot" },
  reuseLastStage: { true: true, false: false },
  stepController: {
    integral: "integral",
    "proportional-integral": "proportional-integral",
    custom: "custom",
  },
  norm: { custom: "custom" },
};

/** `1e-5`, `rtol=1e-5,atol=1e-7`, `1e-5,maxSteps=500`. */
function parseControl(text: string, whole: string): Partial<ControlSpec> {
  const found: Record<string, number | string | boolean> = {};
  for (const [i, part] of text.split(",").entries()) {
    const [name = "", value] = part.split("=", 2).map((side) => side.trim());
    const pairs: [string, string][] =
      value !== undefined
        ? [[name, value]]
        : i === 0
          ? [
              ["rtol", name],
              ["atol", name],
            ]
          : [];
    if (i === 0 && value === undefined && !(toNumber(name) >= 0))
      throw misspelled(whole, "a tolerance, at least 0, after the @");
    if (pairs.length === 0) throw misspelled(whole, "NAME=VALUE after the tolerance, such as maxSteps=500");
    for (const [key, word] of pairs) {
      if (key in found) throw misspelled(whole, `${key} once`);
      found[key] = controlValue(key, word, whole);
    }
  }
  const { stepController, safety, maxFactor, minFactor, ...others } = found;
  const settings = definedOnly({ safety, maxFactor, minFactor });
  if (stepController === undefined && Object.keys(settings).length === 0) return others;
  const kind = stepController ?? "integral";
  return {
    ...others,
    stepController: (kind === "custom" ? kind : { kind, ...settings }) as ControlSpec["stepController"] & {},
  };
}

function controlValue(key: string, word: string, whole: string): number | string | boolean {
  const value = numbers.includes(key) ? toNumber(word) : words[key]?.[word];
  if (value !== undefined && !Number.isNaN(value)) return value;
  const choices = words[key];
  if (choices !== undefined) throw misspelled(whole, `${key}=${Object.keys(choices).join(" or ")}`);
  throw misspelled(
    whole,
    numbers.includes(key) ? `a number after ${key}=` : `one of ${knownKeys.join(", ")} before an equal sign`,
  );
}

const knownKeys: readonly string[] = [...numbers, ...Object.keys(words)];

const definedOnly = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** JavaScript reads empty text as 0; here it is no number. */
const toNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

/** @param expected what was looked for in `text`. */
function misspelled(text: string, expected: string): Error {
  return fail("INVALID_ARGUMENT", {
    what: "method",
    expected,
    received: JSON.stringify(text),
    help: "write heun:4, dopri5@1e-5, dopri5@rtol=1e-5,atol=1e-7, ab2:8 or hyper:correction.onnx:2",
  });
}

/**
 * The methods of a list between commas; commas inside a method come before `NAME=`.
 * `heun:4,dopri5@rtol=1e-5,atol=1e-7` are two.
 */
export function splitMethods(text: string): readonly string[] {
  return text.split(/,(?!\s*[A-Za-z]+=)/).map((part) => part.trim());
}
