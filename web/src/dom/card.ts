import { element } from "./element.js";

/** A part of a page, with a heading. */
export function card(
  { title, lead, look = "" }: { readonly title: string; readonly lead?: string; readonly look?: string },
  ...children: readonly (Node | string | undefined | false)[]
): HTMLElement {
  return element(
    "section",
    { class: `card ${look}` },
    element("h2", {}, title),
    lead !== undefined && element("p", { class: "lead" }, lead),
    ...children,
  );
}

/** The words above a page. */
export const intro = (title: string, ...words: readonly (Node | string)[]): HTMLElement =>
  element("div", { class: "intro" }, element("h1", {}, title), element("p", {}, ...words));

/** Things side by side, in as many lines as they need. */
export const row = (...children: readonly (Node | string | undefined | false)[]): HTMLElement =>
  element("div", { class: "row" }, ...children);

/** A place for what went wrong, in words. */
export interface Trouble {
  readonly root: HTMLElement;
  say(error: Error | undefined): void;
}

export function trouble(): Trouble {
  const root = element("pre", { class: "trouble", role: "alert" });
  return {
    root,
    say: (error) => {
      root.textContent = error?.message ?? "";
    },
  };
}
