import { element } from "../dom/element.js";
import { type Page, route } from "./router.js";
import { runtimeBar } from "./runtime-bar.js";
import { themeButton } from "./theme.js";

/** The frame of all pages: name, ways between pages, what holds everywhere. */
export function shell(pages: readonly Page[]): void {
  const links = pages.map(({ name, title }) => element("a", { href: `#/${name}` }, title));
  const place = element("main", { id: "page" });
  document.body.append(
    element("a", { class: "skip", href: "#page", onclick: skipTo(place) }, "Skip to the page"),
    element(
      "header",
      {},
      element("a", { class: "name", href: "#/flow" }, logo(), "hypersolvers"),
      element("nav", { "aria-label": "pages" }, ...links),
      themeButton(),
    ),
    runtimeBar(),
    place,
    footer(),
  );
  route(pages, place, (page) => {
    document.title = `${page.title} · hypersolvers`;
    for (const [i, link] of links.entries()) {
      if (pages[i] === page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  });
}

const skipTo = (place: HTMLElement) => (event: Event) => {
  event.preventDefault();
  place.tabIndex = -1;
  place.focus();
};

function logo(): HTMLElement {
  const root = element("span", { class: "logo", "aria-hidden": true });
  root.innerHTML =
    '<svg viewBox="0 0 32 32" width="28" height="28"><path d="M4 26C10 26 12 6 28 6" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" opacity=".35"/><path d="M4 26L16 14" fill="none" stroke="var(--base)" stroke-width="2.4" stroke-linecap="round"/><path d="M16 14L28 6" fill="none" stroke="var(--correction)" stroke-width="2.8" stroke-linecap="round"/><circle cx="16" cy="14" r="3" fill="var(--correction)"/></svg>';
  return root;
}

const footer = (): HTMLElement =>
  element(
    "footer",
    {},
    element(
      "p",
      {},
      element("strong", {}, "Nothing leaves this machine. "),
      "Training, solving and drawing run in your browser; files that you drop here are read here, and no server hears of them. After the first visit the page works without a network.",
    ),
    element(
      "p",
      {},
      "Hypersolvers: Poli et al., ",
      element("a", { href: "https://arxiv.org/abs/2007.09601" }, "Toward Fast Continuous-Depth Models"),
      ", NeurIPS 2020. The FFJORD flow and the digit classifier are the authors’ (Apache-2.0).",
    ),
  );
