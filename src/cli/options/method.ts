import type { HyperMethod, LoadedSolver } from "../../hypersolver/index.js";
import {
  type AnyMethodSpec,
  isHyper,
  methodOf,
  parseMethodSpec,
  type StudentSpec,
} from "../../hypersolver/internal.js";
import { type Method, type Span, type Tolerances, tableauNamed } from "../../ode/index.js";
import {
  isAdaptive,
  isReversible,
  type NonStationarySpec,
  planMesh,
  reversibleOf,
  type SolvePlace,
  spanOf,
} from "../../ode/internal.js";
import { isRosenbrockName } from "../../ode/specs.js";
import { type LoadedCorrection, readCoefficients, readCorrection } from "../files/models.js";
import { forOption } from "./for-option.js";
import { unusable } from "./usage-error.js";

/** How to solve, in one spelling or in pieces. */
export interface MethodOptions {
  readonly method?: string;
  readonly correction?: string;
  readonly steps?: number;
  readonly rtol?: number;
  readonly atol?: number;
  readonly maxSteps?: number;
}

/** A way to solve, and the correction that was read for it. */
export interface ChosenMethod {
  readonly method: Method;
  /** On the base that it is used with. */
  readonly correction?: LoadedCorrection;
  /** Read for it as well. */
  readonly coefficients?: LoadedSolver;
}

/** What a command takes for granted. */
export interface MethodDefaults {
  readonly tolerances?: Tolerances;
  /** What is solved by where options say nothing; undefined: they must. */
  readonly method?: string;
}

/**
 * The method that options describe: `--method` in one spelling, or `--method`, `--correction`, `--steps`, `--rtol`,
 * `--atol` and `--max-steps` together. Reads the file of a correction.
 * @throws a usage error for contradictions and for what is missing; what reading a correction throws.
 */
export async function chosenMethod(options: MethodOptions, defaults: MethodDefaults): Promise<ChosenMethod> {
  return chosenBy(specOf(options, defaults), options);
}

async function chosenBy(spec: AnyMethodSpec, options: MethodOptions): Promise<ChosenMethod> {
  if (spec.kind === "reversible") {
    const chosen = await chosenBy(spec.base, options);
    return { ...chosen, method: forOption("--method", () => reversibleOf(spec, chosen.method)) };
  }
  if (spec.kind === "non-stationary" || spec.kind === "student") return chosenCoefficients(spec);
  const file = spec.kind === "hyper" ? spec.correction : undefined;
  if (spec.kind === "hyper" && file === undefined)
    throw unusable(
      "--method",
      "the file of a correction, such as hyper:correction.onnx:2",
      String(options.method),
    );
  const loaded = await readCorrection(file);
  if (loaded === undefined) return { method: forOption("--method", () => methodOf(spec)) };
  if (options.correction !== undefined) refuseOtherMethod(loaded, options.method);
  const method = forOption("--method", () => methodOf(spec, () => loaded)) as HyperMethod;
  return { method, correction: { ...method.correction, card: loaded.card } };
}

async function chosenCoefficients(spec: NonStationarySpec | StudentSpec): Promise<ChosenMethod> {
  const coefficients = await readCoefficients(spec.file ?? "");
  return {
    method: forOption("--method", () => methodOf(spec, undefined, () => coefficients.method)),
    coefficients,
  };
}

/** A correction brings its method along; another one is a contradiction. */
function refuseOtherMethod({ base }: LoadedCorrection, method: string | undefined): void {
  if (method === undefined || method === base.name) return;
  if (forOption("--method", () => tableauNamed(method)).name === base.name) return;
  throw unusable(
    "--method",
    `${base.name}, the base of the correction, or no --method`,
    method,
    `to put the correction on another base of its order, write --method hyper-${method}:FILE:STEPS`,
  );
}

function specOf(options: MethodOptions, { tolerances, method: usual }: MethodDefaults): AnyMethodSpec {
  const { method = usual, correction, steps, rtol, atol, maxSteps } = options;
  refuseTolerances(options);
  const grid = steps === undefined ? {} : { grid: { steps } };
  if (correction !== undefined) {
    refuseWhole(options, "--correction", `or write --method ${correctedText(method, correction)}`);
    return { kind: "hyper", correction, ...grid };
  }
  if (method === undefined)
    throw missing("--method", "a method, such as heun:4; or --correction with a file");
  const inSteps = steps !== undefined && !isWhole(method);
  const text = inSteps ? `${method}:${steps}` : method;
  const spec = forOption("--method", () => parseMethodSpec(text, tolerances));
  if (spec.kind === "hyper" && spec.grid === undefined) return { ...spec, ...grid };
  if (isWhole(method)) {
    if (steps !== undefined) refuseWhole(options, "--steps");
    if (rtol !== undefined) refuseWhole(options, "--rtol");
    if (atol !== undefined) refuseWhole(options, "--atol");
    if (spec.kind !== "adaptive" && maxSteps !== undefined) refuseWhole(options, "--max-steps");
  }
  if (spec.kind !== "adaptive") return spec;
  requireEstimate(method);
  return {
    ...spec,
    rtol: rtol ?? spec.rtol,
    atol: atol ?? spec.atol,
    maxSteps: maxSteps ?? spec.maxSteps,
  };
}

/** Whether a spelling says steps, tolerances or a correction. */
const isWhole = (method: string): boolean => /[:@]/.test(method);

/** `heun:4` with a correction: `hyper-heun:FILE:4`. */
function correctedText(method = "", correction: string): string {
  const [base, steps] = method.split(":");
  return steps === undefined ? `hyper:${correction}:STEPS` : `hyper-${base}:${correction}:${steps}`;
}

function refuseWhole({ method }: MethodOptions, option: string, other?: string): void {
  if (method === undefined || !isWhole(method)) return;
  throw unusable(
    `--method, ${option}`,
    `the name of a method beside ${option}, or the whole method and no ${option}`,
    `both ${method} and ${option}`,
    [`drop ${option}`, other].filter((way) => way !== undefined).join(", "),
  );
}

/** A bare name means step control. */
function requireEstimate(method: string): void {
  if (isWhole(method) || isRosenbrockName(method)) return;
  const tableau = forOption("--method", () => tableauNamed(method));
  if (!isAdaptive(tableau))
    throw missing("--steps", `a number of steps: ${tableau.name} has no error estimate`);
}

function refuseTolerances({ correction, steps, rtol, atol, maxSteps }: MethodOptions): void {
  const adaptive = Object.entries({ "--rtol": rtol, "--atol": atol, "--max-steps": maxSteps }).flatMap(
    ([name, value]) => (value === undefined ? [] : [name]),
  );
  const fixed = correction !== undefined ? "--correction" : steps !== undefined ? "--steps" : undefined;
  if (adaptive.length === 0 || fixed === undefined) return;
  throw unusable(
    adaptive.join(", "),
    `tolerances or ${fixed}: equal steps have no step control`,
    "both",
    `drop ${adaptive.join(" and ")}, or drop ${fixed}`,
  );
}

/** Stretches of equal steps that a correction is used on: what its card is asked about. */
export interface StepUse {
  readonly span: Span;
  readonly steps: number;
}

/**
 * Every step of a corrected method, those of equal length between two requested times together; of a reversible one also
 * back again.
 */
export function usesOf(method: Method, place: SolvePlace): StepUse[] {
  if (isReversible(method)) {
    const forth = usesOf(method.base, place);
    // One step alone is the base's own.
    if (!method.isInverse && forth.length === 1 && forth[0]?.steps === 1) return forth;
    return forth.flatMap(({ span: [from, to], steps }) => [
      { span: [from, to], steps },
      { span: [to, from], steps },
    ]);
  }
  if (!isHyper(method)) return [];
  const { grid } = method;
  const points = "steps" in grid ? (place.span ?? place.times ?? []) : planMesh(grid, place).mesh;
  const steps = "steps" in grid ? grid.steps : 1;
  return points.slice(1).map((end, i) => ({ span: [points[i] ?? end, end], steps }));
}

/**
 * Learned coefficients solve the span that they were fitted to, and no other.
 * @throws a usage error that names both.
 */
export function requireOwnSpan({ method, coefficients }: ChosenMethod, [t0, t1]: Span): void {
  if (coefficients === undefined || method.kind === "adaptive" || "steps" in method.grid) return;
  const [start, end] = spanOf(method.grid.mesh);
  if (start === t0 && end === t1) return;
  throw unusable(
    "--method",
    `a method for the way from ${t0} to ${t1}`,
    `one that was fitted to that from ${start} to ${end}`,
    `fit one with --span ${t0},${t1}; for densities of a flow, with --log-density`,
  );
}

/** An option that is needed in this combination. */
export const missing = (option: string, expected: string): Error => unusable(option, expected, "nothing");
