import { card, intro, row, trouble } from "../../dom/card.js";
import { element } from "../../dom/element.js";
import { engine } from "../../engine/engine.js";
import { digitPad } from "./digit-pad.js";
import { verdictView } from "./verdict-view.js";

/** A digit by three solvers. */
export function digitsPage(): HTMLElement {
  const problem = trouble();
  const views = [
    verdictView("dopri5", "reference"),
    verdictView("Euler", "base"),
    verdictView("HyperEuler", "correction"),
  ];
  let isBusy = false;
  let waiting: Uint8Array | undefined;
  const classify = async (pixels: Uint8Array): Promise<void> => {
    waiting = pixels;
    if (isBusy) return;
    isBusy = true;
    try {
      while (waiting !== undefined) {
        const now: Uint8Array = waiting;
        waiting = undefined;
        const verdicts = await engine.run("classify", { pixels: now });
        const most = Math.max(...verdicts.flatMap(({ errors = [] }) => errors));
        for (const [i, verdict] of verdicts.entries()) views[i]?.show(verdict, most);
      }
      problem.say(undefined);
    } catch (error) {
      problem.say(error as Error);
    } finally {
      isBusy = false;
    }
  };
  const pad = digitPad((pixels) => void classify(pixels));
  pad.write(3);
  const digits = [...Array(10).keys()].map((digit) =>
    element("button", { type: "button", class: "small", onclick: () => pad.write(digit) }, String(digit)),
  );
  return element(
    "div",
    { class: "page" },
    intro(
      "A digit in ten evaluations",
      "The paper’s authors trained this Neural ODE to read digits. dopri5 asks it some forty times; Euler and HyperEuler ten times. The maps show how far each is off on its way through the network’s depth.",
    ),
    element(
      "div",
      { class: "digits" },
      card(
        { title: "Draw a digit" },
        pad.root,
        row(...digits, element("button", { type: "button", onclick: pad.clear }, "Clear")),
        problem.root,
      ),
      element("div", { class: "verdicts" }, ...views.map(({ root }) => root)),
    ),
  );
}
