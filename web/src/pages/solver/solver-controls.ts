import { picker, slider, tick } from "../../dom/controls.js";
import { element } from "../../dom/element.js";
import { type LearnedName, learnable } from "./kinds.js";

/** What the sliders of a solver say, as a permalink keeps it. */
export interface SolverSpec {
  readonly base: string;
  readonly steps: number;
  readonly tolerance: number;
  readonly iterations: number;
  readonly learn: readonly LearnedName[];
}

/** Sliders and ticks. */
export interface SolverControls {
  readonly root: HTMLElement;
  /** What is to be learned, to stand beside the button that begins. */
  readonly ticks: HTMLElement;
  spec(): SolverSpec;
  /** Evaluations of f that steps of the base take. */
  evaluations(): number;
  set(spec: Partial<SolverSpec>): void;
}

const bases = [
  { value: "midpoint", label: "midpoint" },
  { value: "heun", label: "Heun" },
  { value: "euler", label: "Euler" },
  { value: "rk4", label: "RK4" },
] as const;
const stages = { heun: 2, midpoint: 2, euler: 1, rk4: 4 } as const;
type Base = keyof typeof stages;

/** How long to wait for a slider to rest, in milliseconds. */
const REST = 120;

/** @param onChange another method is to be shown, or something else to be learned. */
export function solverControls(onChange: () => void): SolverControls {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    say();
    clearTimeout(waiting);
    waiting = setTimeout(onChange, REST);
  };
  const base = picker("Base", bases, { value: "midpoint", onChange: later });
  const steps = slider({ label: "Steps K", min: 1, max: 8, value: 1, onInput: later });
  const tolerance = slider({
    ...{ label: "Tolerance of dopri5", min: -6, max: -1, value: -4 },
    text: (power) => `1e${power}`,
    onInput: later,
  });
  const iterations = slider({
    ...{ label: "Iterations of the fit", min: 250, max: 8000, step: 250, value: 1500 },
    text: (value) => value.toLocaleString("en"),
    onInput: later,
  });
  const budget = element("p", { class: "budget" });
  const kinds = Object.entries(learnable).map(
    ([name, { label }]) => [name as LearnedName, tick(label, name === "correction", later)] as const,
  );
  const evaluations = (): number => steps.value() * stages[base.value()];
  const say = (): void => {
    const count = evaluations();
    const [many, times] = [
      count === 1 ? "" : "s",
      steps.value() === 1 ? "one step" : `${steps.value()} steps`,
    ];
    budget.replaceChildren(element("strong", {}, `${count} evaluation${many} of f`), ` in ${times}`);
  };
  say();
  return {
    root: element(
      "div",
      { class: "controls" },
      base.root,
      steps.root,
      budget,
      tolerance.root,
      iterations.root,
    ),
    ticks: element(
      "fieldset",
      { class: "choice ticks" },
      element("legend", { class: "quiet" }, "what to learn"),
      ...kinds.map(([, { root }]) => root),
    ),
    evaluations,
    spec: () => ({
      base: base.value(),
      steps: steps.value(),
      tolerance: 10 ** tolerance.value(),
      iterations: iterations.value(),
      learn: kinds.flatMap(([name, control]) => (control.value() ? [name] : [])),
    }),
    set: (spec) => {
      if (bases.some(({ value }) => value === spec.base)) base.set(spec.base as Base);
      if (spec.steps !== undefined) steps.set(spec.steps);
      if (spec.tolerance !== undefined) tolerance.set(Math.log10(spec.tolerance));
      if (spec.iterations !== undefined) iterations.set(spec.iterations);
      if (spec.learn !== undefined)
        for (const [name, control] of kinds) control.set(spec.learn.includes(name));
      say();
    },
  };
}
