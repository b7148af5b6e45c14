import { element } from "../../dom/element.js";
import { formatNumber } from "../../dom/numbers.js";
import { cssColor, roleColor } from "../../draw/colors.js";
import { picture } from "../../draw/picture.js";
import { drawGaps, drawPoints, viewOf } from "../../draw/points.js";
import type { FieldFacts } from "../../worker/fields.js";

/** What is known of a field, in a table and a picture. */
export interface FactsView {
  readonly root: HTMLElement;
  show(facts: FieldFacts): void;
}

export function factsView(): FactsView {
  let facts: FieldFacts | undefined;
  const shown = picture(
    { ratio: 1.5, label: "Where states begin and where they end", look: "deep" },
    (pen) => {
      const ways = facts?.ways;
      if (ways === undefined) return;
      const both = new Float32Array(ways.from.length + ways.to.length);
      both.set(ways.from);
      both.set(ways.to, ways.from.length);
      const view = viewOf(both, 1.25);
      drawGaps(pen, view, [ways.from, ways.to], cssColor("arrow"));
      drawPoints(pen, view, ways.from, { color: cssColor("muted"), size: 2, alpha: 0.6 });
      drawPoints(pen, view, ways.to, { color: roleColor("reference"), size: 2.4, alpha: 0.85 });
    },
  );
  const table = element("tbody", {});
  const words = element("p", { class: "quiet-words" }, "–");
  const problem = element("pre", { class: "trouble", role: "alert" });
  return {
    root: element(
      "div",
      { class: "stack facts" },
      shown.root,
      words,
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...["input or output", "type", "role"].map((title) => element("th", { scope: "col" }, title)),
          ),
        ),
        table,
      ),
      problem,
    ),
    show: (found) => {
      facts = found;
      words.textContent = wordsOf(found);
      problem.textContent = found.problem ?? "";
      table.replaceChildren(
        ...found.ports.map(({ name, type, role }) =>
          element(
            "tr",
            {},
            element("td", {}, element("code", {}, name)),
            element("td", {}, element("code", {}, type)),
            element("td", {}, role),
          ),
        ),
      );
      shown.redraw();
    },
  };
}

function wordsOf({ title, parameters, macs, operators }: FieldFacts): string {
  const unknown = operators.filter(({ supported }) => !supported).map(({ name }) => name);
  const parts = [
    title,
    `${formatNumber(parameters)} parameters`,
    macs !== undefined && `${formatNumber(macs)} multiply–accumulates an evaluation`,
    operators.length > 0 && `${operators.length} kinds of operators`,
    unknown.length > 0 && `not supported: ${unknown.join(", ")}`,
  ];
  return `${parts.filter((part) => part !== false).join(" · ")}`;
}
