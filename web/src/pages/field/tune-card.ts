import { card, row, trouble } from "../../dom/card.js";
import { slider } from "../../dom/controls.js";
import { element } from "../../dom/element.js";
import { meter } from "../../dom/meter.js";
import { formatMilliseconds, formatNumber } from "../../dom/numbers.js";
import { taskButton } from "../../dom/task-button.js";
import { engine } from "../../engine/engine.js";
import type { Found } from "../../worker/tune.js";

/** Looks for the fastest solver within an error. */
export function tuneCard(): { readonly root: HTMLElement; clear(): void } {
  const problem = trouble();
  const progress = meter("name an error, and search");
  const error = slider({
    ...{ label: "Mean error at most", min: -4, max: 0, step: 0.5, value: -2 },
    text: (power) => formatNumber(10 ** power),
  });
  const seconds = slider({
    label: "Seconds",
    min: 5,
    max: 120,
    step: 5,
    value: 20,
    text: (value) => `${value} s`,
  });
  const body = element("tbody", {});
  const button = taskButton(
    "Search",
    async (signal) => {
      problem.say(undefined);
      body.replaceChildren();
      const wanted = { room: "field", error: 10 ** error.value(), seconds: seconds.value() } as const;
      const { isMet, winner, others, tried } = await engine.run("tune", wanted, {
        signal,
        onEvent: ({ stage, done, total }) => progress.show(stage, total > 0 ? done / total : undefined),
      });
      const verdict = isMet ? "the fastest that keeps to it" : "nothing keeps to it; the closest";
      progress.show(`${tried} solvers tried; ${verdict}: ${winner.name}`, 1);
      body.replaceChildren(...[winner, ...others].map(rowOf));
    },
    problem.say,
  );
  return {
    root: card(
      {
        title: "Or name an error, and search",
        lead: "Tries classical solvers, step control and learned ones for a while, and times them on this machine.",
        look: "wide",
      },
      element("div", { class: "controls" }, error.root, seconds.root),
      row(button.root, progress.root),
      problem.root,
      element(
        "table",
        { class: "found" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...["solver", "evaluations", "error", "time"].map((title) =>
              element("th", { scope: "col" }, title),
            ),
          ),
        ),
        body,
      ),
    ),
    clear: () => {
      body.replaceChildren();
      progress.show("name an error, and search", 0);
    },
  };
}

const rowOf = ({ name, nfe, error, milliseconds }: Found): HTMLElement =>
  element(
    "tr",
    {},
    element("td", {}, element("code", {}, name)),
    element("td", {}, formatNumber(nfe)),
    element("td", {}, formatNumber(error)),
    element("td", {}, formatMilliseconds(milliseconds)),
  );
