import { element } from "../../dom/element.js";
import { formatMilliseconds, formatNumber } from "../../dom/numbers.js";
import { cssColor, type Role, roleColor } from "../../draw/colors.js";
import { picture } from "../../draw/picture.js";
import { drawGaps, drawPoints, type View } from "../../draw/points.js";
import type { Cloud } from "../../worker/samples.js";

/** The samples of one solver, with what they cost and how far they are off. */
export interface Panel {
  readonly root: HTMLElement;
  readonly role: Role;
  show(cloud: Cloud | undefined): void;
  /** What everything is compared with. */
  compareWith(points: Float32Array | undefined, view: View): void;
}

export function panel(role: Role, title: string, waiting: string): Panel {
  let cloud: Cloud | undefined;
  let exact: Float32Array | undefined;
  let view: View = { x: 0, y: 0, half: 1 };
  const name = element("strong", {}, title);
  const words = element("dl", {});
  const empty = element("span", { class: "waiting" }, waiting);
  const shown = picture({ ratio: 1, label: `Samples by ${title}`, look: "deep" }, (pen) => {
    if (cloud === undefined) return;
    const isExact = role === "reference";
    if (exact !== undefined && !isExact) drawGaps(pen, view, [exact, cloud.points], cssColor("gap"));
    drawPoints(pen, view, cloud.points, { color: roleColor(role), size: 2.4, alpha: isExact ? 0.75 : 0.85 });
  });
  shown.root.append(empty);
  const root = element(
    "figure",
    { class: `panel ${role}` },
    element("figcaption", {}, name),
    shown.root,
    words,
  );
  const describe = (): void => {
    empty.hidden = cloud !== undefined;
    const isNamed = role === "coefficients" || role === "student";
    name.textContent = isNamed || cloud === undefined ? title : cloud.title;
    words.replaceChildren(
      ...fact("steps", cloud && (cloud.steps === undefined ? "its own" : String(cloud.steps))),
      ...fact(
        "evaluations",
        cloud && `${formatNumber(cloud.nfe)}${cloud.gCalls > 0 ? ` + ${cloud.gCalls} g` : ""}`,
      ),
      ...fact("mean error", cloud && formatNumber(cloud.error)),
      ...fact("time", cloud && formatMilliseconds(cloud.milliseconds)),
    );
  };
  describe();
  return {
    root,
    role,
    show: (next) => {
      cloud = next;
      describe();
      shown.redraw();
    },
    compareWith: (points, next) => {
      exact = points;
      view = next;
      shown.redraw();
    },
  };
}

const fact = (name: string, value: string | undefined): HTMLElement[] => [
  element("dt", {}, name),
  element("dd", {}, value ?? "–"),
];
