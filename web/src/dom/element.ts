type Child = Node | string | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | ((event: never) => void) | undefined>>;

/**
 * An element with its attributes and children: `element("button", { class: "primary", onclick: start }, "Train")`.
 * Attributes that are functions become listeners, `true` an attribute without value; `false` and undefined are left out.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name.replace(/^on/, ""), value as EventListener);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

let last = 0;

/** An id that no other element has. */
export function freshId(prefix: string): string {
  last += 1;
  return `${prefix}-${last}`;
}
