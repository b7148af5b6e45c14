import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
// @ts-expect-error The site's own JavaScript.
import { siteLink } from "../../docs/.vitepress/links.mjs";
// @ts-expect-error The same.
import { slugOf } from "../../docs/.vitepress/slug.mjs";
import { pages, root, textOf } from "./pages.js";

const withoutCode = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");

const linksOf = (page: string): string[] =>
  [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^(https?:|\/)/.test(link));

/** Headings as code hosts and the site make anchors of them: of `code` and [links](x) what is read. */
const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    slugOf(heading.replaceAll("`", "").replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")),
  );

describe("links of the documentation", () => {
  test.each(pages)("those of %s lead somewhere", (page) => {
    const dead = linksOf(page).filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : new URL(path, new URL(page, "file:///")).pathname.slice(1);
      if (!existsSync(new URL(target, root))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test("anchors are those of code hosts", () => {
    expect(slugOf("A student, the rival")).toBe("a-student-the-rival");
    expect(slugOf("f(x, t, z), with a control")).toBe("fx-t-z-with-a-control");
    expect(slugOf("How it works: ε^(p+1) g")).toBe("how-it-works-εp1-g");
  });

  test("links out of the folder lead to where the site keeps those pages", () => {
    expect(siteLink("../bench/README.md#traps", "measured.md")).toBe("/project/benchmarks.md#traps");
    expect(siteLink("docs/flows.md", "project/changes.md")).toBe("/flows.md");
    expect(siteLink("../measured.md", "experiments/README.md")).toBe("/measured.md");
    expect(siteLink("experiments/README.md", "index.md")).toBe("/experiments/index.md");
    expect(siteLink("https://example.org/a.md", "index.md")).toBe("https://example.org/a.md");
  });
});
