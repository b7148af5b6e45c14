import { row } from "../../dom/card.js";
import { choice, textField } from "../../dom/controls.js";
import { element } from "../../dom/element.js";
import { dropPlace } from "../../dom/files.js";
import type { StatesChoice } from "../../worker/fields.js";
import type { FieldSpec } from "./permalink.js";

/** A file of the visitor's. */
export interface OwnFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const readFile = async (file: File): Promise<OwnFile> => ({
  name: file.name,
  bytes: new Uint8Array(await file.arrayBuffer()),
});

/** Over which span, by which names, from which states. */
export interface FieldWishes {
  /** Span and names. */
  readonly places: HTMLElement;
  readonly states: HTMLElement;
  span(): readonly [number, number];
  setSpan(span: readonly [number, number]): void;
  roles(): { readonly z: string; readonly s: string };
  /** Undefined: those of the gallery. */
  chosenStates(): StatesChoice | undefined;
  /** Takes the states of the gallery. */
  usualStates(): void;
  spec(): Pick<FieldSpec, "span" | "states" | "low" | "high">;
  set(spec: FieldSpec): void;
}

/** @param onChange something else is wished. */
export function fieldWishes(onChange: () => void): FieldWishes {
  const field = (label: string, value: string, width: number, placeholder = "") =>
    textField(label, value, { onChange: () => changed(), width, placeholder });
  const [start, end] = [field("Span from", "0", 4), field("to", "1", 4)];
  const [z, s] = [
    field("State input", "", 9, "found by itself"),
    field("Time input", "", 9, "found by itself"),
  ];
  const [low, high] = [field("from", "-1", 4), field("to", "1", 4)];
  const bounds = element("div", { class: "row", hidden: true }, low.root, high.root);
  let file: OwnFile | undefined;
  const kind = choice(
    "initial states",
    [
      { value: "usual", label: "usual states" },
      { value: "normal", label: "normal" },
      { value: "uniform", label: "uniform" },
      { value: "file", label: "a file’s" },
    ],
    { value: "usual", onChange: () => changed() },
  );
  const changed = (): void => {
    bounds.hidden = kind.value() !== "uniform";
    onChange();
  };
  const drop = dropPlace("Initial states", "CSV, .npy, .npz or .safetensors", {
    accept: ".csv,.tsv,.txt,.npy,.npz,.safetensors",
    onFiles: async (given) => {
      file = await readFile(given);
      kind.set("file");
      changed();
    },
  });
  const span = (): readonly [number, number] => [Number(start.value()), Number(end.value())];
  return {
    places: row(start.root, end.root, z.root, s.root),
    states: element("div", { class: "stack" }, kind.root, bounds, drop),
    span,
    setSpan: ([t0, t1]) => {
      start.set(String(t0));
      end.set(String(t1));
    },
    roles: () => ({ z: z.value(), s: s.value() }),
    chosenStates: () => {
      const chosen = kind.value();
      if (chosen === "uniform") return { kind: chosen, low: Number(low.value()), high: Number(high.value()) };
      if (chosen === "file" && file !== undefined) return { kind: chosen, ...file };
      return chosen === "normal" ? { kind: chosen } : undefined;
    },
    usualStates: () => kind.set("usual"),
    spec: () => ({
      span: span(),
      states: kind.value(),
      low: Number(low.value()),
      high: Number(high.value()),
    }),
    set: (spec) => {
      if (spec.span !== undefined)
        for (const [i, own] of [start, end].entries()) own.set(String(spec.span[i]));
      if (spec.low !== undefined) low.set(String(spec.low));
      if (spec.high !== undefined) high.set(String(spec.high));
      if (spec.states === "normal" || spec.states === "uniform") kind.set(spec.states);
      bounds.hidden = kind.value() !== "uniform";
    },
  };
}
