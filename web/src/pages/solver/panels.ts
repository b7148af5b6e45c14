import { element } from "../../dom/element.js";
import { viewOf } from "../../draw/points.js";
import type { Cloud } from "../../worker/samples.js";
import { type LearnedName, learnable } from "./kinds.js";
import { type Panel, panel } from "./panel.js";

/** Who has a panel: what everything is compared with, what needs no learning, what was learned. */
export type PanelName = "reference" | "base" | LearnedName;

/** Samples of all solvers side by side. */
export interface Panels {
  readonly root: HTMLElement;
  show(name: PanelName, cloud: Cloud): void;
  clear(): void;
}

export function panels(): Panels {
  const all: Readonly<Record<PanelName, Panel>> = {
    reference: panel("reference", "dopri5", "solving …"),
    base: panel("base", "midpoint", "solving …"),
    correction: panel("correction", learnable.correction.title, "not learned yet"),
    coefficients: panel("coefficients", learnable.coefficients.title, "not learned yet"),
    student: panel("student", learnable.student.title, "not learned yet"),
  };
  return {
    root: element("div", { class: "panels" }, ...Object.values(all).map(({ root }) => root)),
    show: (name, cloud) => {
      all[name].show(cloud);
      if (name !== "reference") return;
      const view = viewOf(cloud.points);
      for (const each of Object.values(all)) each.compareWith(cloud.points, view);
    },
    clear: () => {
      for (const each of Object.values(all)) each.show(undefined);
    },
  };
}
