import { element } from "../dom/element.js";
import { redrawAll } from "../draw/picture.js";

const KEY = "hypersolvers-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

const isDark = (): boolean => {
  const chosen = document.documentElement.dataset.theme;
  return chosen === undefined ? dark.matches : chosen === "dark";
};

/** A button between light and dark; until it is pressed the system decides. */
export function themeButton(): HTMLElement {
  const root = element("button", { type: "button", class: "icon", "aria-label": "dark or light" });
  const show = (): void => {
    root.textContent = isDark() ? "☀" : "☾";
    redrawAll();
  };
  root.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem(KEY, next);
    show();
  });
  dark.addEventListener("change", show);
  show();
  return root;
}
