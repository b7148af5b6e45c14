import { intro, row } from "../../dom/card.js";
import { element } from "../../dom/element.js";
import { pageQuery } from "../../shell/router.js";
import { solverCard } from "../solver/solver-card.js";
import { fieldCard } from "./field-card.js";
import { permalink, specOf } from "./permalink.js";
import { tuneCard } from "./tune-card.js";

/** The visitor's own field, or one of the gallery: looked into, solved, compared, fitted, tuned, saved. */
export function fieldPage(): HTMLElement {
  const link = element("a", { href: "#/field" }, "Link to these settings");
  const renew = (): void => link.setAttribute("href", permalink({ ...field.spec(), solver: solver.spec() }));
  const solver = solverCard("field", { title: "Solvers for it", onChange: renew });
  const tune = tuneCard();
  const field = fieldCard(async () => {
    tune.clear();
    await solver.begin();
  }, renew);
  const asked = specOf(pageQuery());
  if (asked.solver !== undefined) solver.setSpec(asked.solver);
  void field.begin(asked).then(renew);
  return element(
    "div",
    { class: "page" },
    intro(
      "Bring your own field",
      "Drop dz/ds = f(s, z) as an ONNX file, as PyTorch exports it. It is read here and goes nowhere: the page has no server to send it to.",
    ),
    field.root,
    solver.root,
    tune.root,
    row(link, element("span", { class: "quiet-words" }, "The link keeps settings, and no data.")),
  );
}
