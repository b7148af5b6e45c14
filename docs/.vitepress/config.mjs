import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { repositoryLinks } from "./links.mjs";
import { apiSidebar, sidebar } from "./sidebar.mjs";
import { slugOf } from "./slug.mjs";

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 26C14 26 12 6 28 6" fill="none" stroke="#1f6feb" stroke-width="4" stroke-linecap="round"/></svg>';
const address = (svg) => `data:image/svg+xml,${encodeURIComponent(svg)}`;
const icon = address(drawing);
/** Beside the title of the first page: what a correction does. */
const steps = {
  src: address(readFileSync(new URL("../images/steps.svg", import.meta.url), "utf8")),
  alt: "Two steps of a coarse method leave the trajectory; what a correction g adds brings each back onto it",
};

/** The documentation site: the pages of this folder, readable on code hosts too. Built by scripts/docs.mjs. */
export default defineConfig({
  title: "hypersolvers",
  description: "Fast, trustworthy solvers for neural ordinary differential equations.",
  // Where the site is served: "/" or a folder, "/hypersolvers/".
  base: process.env.DOCS_BASE ?? "/",
  lang: "en",
  head: [["link", { rel: "icon", href: icon }]],
  srcExclude: ["**/node_modules/**"],
  rewrites: { "experiments/README.md": "experiments/index.md" },
  markdown: {
    math: true,
    anchor: { slugify: slugOf },
    config: (markdown) => markdown.use(repositoryLinks),
  },
  // The playground takes the whole width.
  transformPageData: ({ relativePath, frontmatter }) => {
    if (relativePath === "index.md") frontmatter.hero.image = steps;
    if (relativePath === "playground.md") frontmatter.aside = false;
  },
  themeConfig: {
    nav: [
      { text: "Start", link: "/start/pytorch" },
      { text: "Choosing", link: "/choosing" },
      { text: "Guides", link: "/learned" },
      { text: "API", link: "/api/" },
      { text: "Playground", link: "/playground" },
    ],
    sidebar: { "/": sidebar, "/api/": apiSidebar },
    outline: [2, 3],
    search: { provider: "local" },
    docFooter: { prev: "Before", next: "Next" },
  },
});
