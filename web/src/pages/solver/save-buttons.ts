import { element } from "../../dom/element.js";
import { save } from "../../dom/files.js";
import { engine } from "../../engine/engine.js";
import type { Wanted } from "../../worker/files.js";
import type { Room } from "../../worker/subjects.js";
import { type LearnedName, learnable } from "./kinds.js";

/** Ways to keep what was learned. */
export interface SaveButtons {
  readonly root: HTMLElement;
  /** What there is to keep. */
  renew(kinds: readonly LearnedName[]): void;
}

const fileNames: Readonly<Record<LearnedName, string>> = {
  correction: "correction.onnx",
  coefficients: "coefficients.json",
  student: "student.onnx",
};

export function saveButtons(room: Room, steps: () => number, onFailure: (error: Error) => void): SaveButtons {
  const root = element("div", { class: "row saves" });
  const button = (label: string, title: string, wanted: () => Wanted): HTMLElement =>
    element(
      "button",
      {
        type: "button",
        title,
        onclick: async () => {
          try {
            save(await engine.run("fileOf", { room, wanted: wanted() }));
          } catch (error) {
            onFailure(error as Error);
          }
        },
      },
      label,
    );
  const renew = (kinds: readonly LearnedName[]): void => {
    const own = kinds.flatMap((kind) => [
      button(`Save ${fileNames[kind]}`, `the ${learnable[kind].label} alone`, () => ({
        kind: "learned",
        learned: kind,
      })),
      button(
        kind === "correction" ? "Save solver.onnx" : `Save solver.onnx with the ${learnable[kind].label}`,
        "field, solver and steps in one file, for Node, browsers, Python, C++ or phones",
        () => ({
          kind: "solver",
          choice: { kind: "learned", learned: kind, steps: kind === "correction" ? steps() : undefined },
        }),
      ),
    ]);
    const words = element("span", { class: "quiet-words" }, "Fit a solver to save it as files.");
    root.replaceChildren(...(own.length === 0 ? [words] : own));
  };
  renew([]);
  return { root, renew };
}
