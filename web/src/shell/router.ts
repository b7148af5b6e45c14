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
  const made = new Map<Page, HTMLElement>();
  const show = async (): Promise<void> => {
    const page = pages.find(({ name }) => name === pageName()) ?? pages[0];
    if (page === undefined) return;
    onShow(page);
    const view = made.get(page) ?? (await page.make());
    made.set(page, view);
    place.replaceChildren(view);
  };
  addEventListener("hashchange", () => {
    void show();
    scrollTo({ top: 0 });
  });
  void show();
}
