import { card, trouble } from "../../dom/card.js";
import { choice } from "../../dom/controls.js";
import { element } from "../../dom/element.js";
import { dropPlace } from "../../dom/files.js";
import { engine } from "../../engine/engine.js";
import type { FieldFacts } from "../../worker/fields.js";
import type { ExhibitName } from "../../worker/gallery.js";
import { factsView } from "./facts-view.js";
import { fieldWishes, type OwnFile, readFile } from "./field-wishes.js";
import type { FieldSpec } from "./permalink.js";

/** Which field, over which span, from which states. */
export interface FieldCard {
  readonly root: HTMLElement;
  spec(): Omit<FieldSpec, "solver">;
  begin(spec: FieldSpec): Promise<void>;
}

const exhibits = [
  { value: "ffjord", label: "FFJORD flow" },
  { value: "van-der-pol", label: "Van der Pol" },
  { value: "stiff", label: "Stiff" },
  { value: "attacked", label: "Attacked flow" },
  { value: "lotka-volterra", label: "Prey and predators" },
  { value: "whirl", label: "Whirl" },
] as const;

/** @param onField there is another field that can be solved. @param onChange settings changed. */
export function fieldCard(onField: () => Promise<void>, onChange: () => void): FieldCard {
  const problem = trouble();
  const facts = factsView();
  let model: OwnFile | undefined;
  let weights: readonly OwnFile[] = [];
  const wishes = fieldWishes(() => void open());
  const pick = choice<ExhibitName>("gallery", exhibits, {
    value: "ffjord",
    onChange: () => {
      model = undefined;
      wishes.usualStates();
      void open(false);
    },
  });
  const ask = (keepsSpan: boolean): Promise<FieldFacts> => {
    const [span, states] = [wishes.span(), wishes.chosenStates()];
    if (model !== undefined) {
      const own = { span, states: states ?? { kind: "normal" }, roles: wishes.roles() } as const;
      return engine.run("describeField", { ...model, weights, ...own });
    }
    const said = { ...(keepsSpan && { span }), ...(states !== undefined && { states }) };
    return engine.run("openGallery", { name: pick.value(), ...said });
  };
  const open = async (keepsSpan = true): Promise<void> => {
    problem.say(undefined);
    try {
      const found = await ask(keepsSpan);
      facts.show(found);
      wishes.setSpan(found.span);
      onChange();
      if (found.problem === undefined) await onField();
    } catch (error) {
      problem.say(error as Error);
    }
  };
  const drop = dropPlace("Drop field.onnx", "or press to choose a file", {
    accept: ".onnx,.data",
    multiple: true,
    onFiles: async (...files) => {
      const own = await Promise.all(files.map(readFile));
      // Weights may come after their model.
      model = own.find(({ name }) => name.endsWith(".onnx")) ?? model ?? own[0];
      weights = own.filter((file) => file !== model);
      await open();
    },
  });
  return {
    root: card(
      { title: "The field", look: "wide" },
      element(
        "div",
        { class: "pair" },
        element("div", { class: "stack" }, drop, pick.root, wishes.places, wishes.states, problem.root),
        facts.root,
      ),
    ),
    spec: () => ({ field: pick.value(), ...wishes.spec() }),
    begin: async (spec) => {
      const exhibit = exhibits.find(({ value }) => value === spec.field);
      if (exhibit !== undefined) pick.set(exhibit.value);
      wishes.set(spec);
      await open(spec.span !== undefined);
    },
  };
}
