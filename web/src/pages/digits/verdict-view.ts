import { element } from "../../dom/element.js";
import { formatMilliseconds, formatNumber } from "../../dom/numbers.js";
import { cssColor, type Role } from "../../draw/colors.js";
import { drawHeat } from "../../draw/heat.js";
import { picture } from "../../draw/picture.js";
import type { DigitVerdict } from "../../worker/digits.js";

/** What one solver makes of a digit: bars of the classes, and how far it is off on its way. */
export function verdictView(
  title: string,
  role: Role,
): { readonly root: HTMLElement; show(verdict: DigitVerdict, most: number): void } {
  let verdict: DigitVerdict | undefined;
  let scale = 1;
  const bars = [...Array(10).keys()].map((digit) => {
    const bar = element("span", { class: "bar" });
    const root = element(
      "li",
      {},
      element("span", { class: "class" }, String(digit)),
      element("span", { class: "track" }, bar),
    );
    return { bar, root };
  });
  const said = element("p", { class: "facts-line" }, "–");
  const maps = picture({ ratio: 11, label: `Error of ${title} at each mesh point`, look: "maps" }, (pen) => {
    const { maps: own, side } = verdict ?? {};
    if (own !== undefined && side !== undefined) drawHeat(pen, own, side, scale);
  });
  const caption = element("p", { class: "quiet-words" }, role === "reference" ? "the reference" : "–");
  return {
    root: element(
      "section",
      { class: `card verdict ${role}` },
      element("h2", {}, title),
      said,
      element("ol", { class: "bars" }, ...bars.map(({ root }) => root)),
      role !== "reference" && maps.root,
      caption,
    ),
    show: (next, most) => {
      [verdict, scale] = [next, most];
      const { probabilities, nfe, milliseconds, errors } = next;
      const best = probabilities.indexOf(Math.max(...probabilities));
      for (const [digit, { bar, root }] of bars.entries()) {
        bar.style.width = `${100 * (probabilities[digit] ?? 0)}%`;
        root.classList.toggle("best", digit === best);
      }
      const share = `${(100 * (probabilities[best] ?? 0)).toFixed(1)} %`;
      said.replaceChildren(
        element("strong", {}, `${best}`),
        ` with ${share} · ${formatNumber(nfe)} evaluations · ${formatMilliseconds(milliseconds)}`,
      );
      const last = errors?.at(-1);
      caption.textContent =
        last === undefined
          ? "what the others are compared with"
          : `mean error ${formatNumber(last)} at the end; each map one step further, on one scale`;
      caption.style.color = cssColor("muted");
      maps.redraw();
    },
  };
}
