import { trouble } from "../dom/card.js";

/** A page: its name in the address, its title, and what it shows. */
export interface Page {
  readonly name: string;
  readonly title: string;
  /** Made when it is first visited, and kept. */
  make(): HTMLElement | Promise<HTMLElement>;
}

/** `field` of `#/field?spec=…`. */
export const pageName = (): string => /^#\/([\w-]*)/.exec(location.hash)?.[1] ?? "";

/** What the address asks for behind the page's name. */
export const pageQuery = (): URLSearchParams => new URLSearchParams(location.hash.split("?")[1] ?? "");

/** Shows the page that the address names, the first one by default. */
export function route(pages: readonly Page[], place: HTMLElement, onShow: (page: Page) => void): void {
  const made = new Map<Page, Promise<HTMLElement>>();
  const asked = (): Page | undefined => pages.find(({ name }) => name === pageName()) ?? pages[0];
  const show = async (): Promise<void> => {
    const page = asked();
    if (page === undefined) return;
    onShow(page);
    const view = made.get(page) ?? Promise.resolve(page.make());
    made.set(page, view);
    const root = await view.catch((error: Error) => {
      made.delete(page);
      return broken(error);
    });
    // The visitor may have gone elsewhere while its code was coming.
    if (page === asked()) place.replaceChildren(root);
  };
  addEventListener("hashchange", () => {
    void show();
    scrollTo({ top: 0 });
  });
  void show();
}

/** Instead of a page whose code did not come. */
function broken(error: Error): HTMLElement {
  const problem = trouble();
  problem.say(new Error(`This page did not load: ${error.message}`));
  return problem.root;
}
