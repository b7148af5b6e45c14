import { element } from "./element.js";

/** A bar with words: how far a job is. Takes its place from the beginning. */
export interface Meter {
  readonly root: HTMLElement;
  /** @param share from 0 to 1; undefined: nobody knows. */
  show(words: string, share?: number): void;
}

export function meter(words: string): Meter {
  const bar = element("progress", { max: 1, value: 0, "aria-label": "progress" });
  const said = element("span", { class: "said", role: "status" }, words);
  return {
    root: element("div", { class: "meter" }, bar, said),
    show: (text, share) => {
      said.textContent = text;
      if (share === undefined) bar.removeAttribute("value");
      else bar.value = Math.max(0, Math.min(1, share));
    },
  };
}
