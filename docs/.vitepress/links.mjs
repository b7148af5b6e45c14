import { readdirSync } from "node:fs";

const examples = readdirSync(new URL("../../examples", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => [`examples/${name}/README.md`, `project/examples/${name}.md`]);

/** Pages of the repository that lie outside this folder, and where the site has copies of them (scripts/docs.mjs). */
export const copies = [
  ["bench/README.md", "project/benchmarks.md"],
  ["CONTRIBUTING.md", "project/contributing.md"],
  ["CHANGELOG.md", "project/changes.md"],
  ["examples/README.md", "project/examples/index.md"],
  ...examples,
];

const pageOf = new Map([["README.md", "index.md"], ...copies]);
const sourceOf = new Map(copies.map(([source, page]) => [page, source]));

/**
 * A link as the repository has it, as one of the site: `../bench/README.md` is `/project/benchmarks.md`, and a page
 * that was copied from the root finds `docs/flows.md` as `/flows.md`.
 */
export function siteLink(href, page) {
  const [path = "", anchor] = href.split("#");
  if (/^[a-z]+:/.test(path) || !path.endsWith(".md")) return href;
  const source = sourceOf.get(page) ?? `docs/${page}`;
  const file = new URL(path, `file:///${source}`).pathname.slice(1);
  const found = pageOf.get(file) ?? file.replace(/^docs\//, "").replace(/\/README\.md$/, "/index.md");
  return anchor === undefined ? `/${found}` : `/${found}#${anchor}`;
}

/** The same for every link of a page, before the site's own rules see it. */
export function repositoryLinks(markdown) {
  markdown.core.ruler.push("repository-links", ({ tokens, env }) => {
    for (const { children } of tokens)
      for (const token of children ?? []) {
        const href = token.type === "link_open" ? token.attrGet("href") : null;
        if (href !== null && !href.startsWith("#") && !href.startsWith("/"))
          token.attrSet("href", siteLink(href, env.relativePath));
      }
  });
}
