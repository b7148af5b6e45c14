import { intro } from "../../dom/card.js";
import { element } from "../../dom/element.js";
import { solverCard } from "../solver/solver-card.js";
import { densityCard } from "./density-card.js";
import { flowCard } from "./flow-card.js";

/** From a density to a flow to a solver that needs two evaluations of it. */
export function flowPage(): HTMLElement {
  const solver = solverCard("flow", { title: "3. A solver" });
  const density = densityCard(() => {});
  const flow = flowCard(density.source, {
    onBegin: solver.rest,
    onFlow: (isShipped) => void solver.begin(isShipped ? ["correction"] : []),
  });
  void flow.open();
  return element(
    "div",
    { class: "page" },
    intro(
      "Two evaluations instead of fifty",
      "A neural ODE pays for its solver: dopri5 asks the network f some fifty times for one sample. A ",
      element("em", {}, "hypersolver"),
      " adds a small network g that predicts the solver’s error, so that two evaluations are enough. Try it: everything below is computed here, on your machine.",
    ),
    element("div", { class: "pair" }, density.root, flow.root),
    solver.root,
  );
}
