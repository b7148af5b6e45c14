import { readdirSync, readFileSync } from "node:fs";

const pages = (entries) => entries.map(([text, link]) => ({ text, link }));

const groups = [
  {
    text: "Start",
    items: pages([
      ["From PyTorch in ten minutes", "/start/pytorch"],
      ["From JAX and Keras", "/start/jax"],
      ["From TypeScript", "/start/typescript"],
      ["Examples", "/project/examples/"],
      ["Installing", "/install"],
      ["Playground", "/playground"],
    ]),
  },
  {
    text: "Understand",
    items: pages([
      ["Choosing a solver", "/choosing"],
      ["How it works", "/how-it-works"],
      ["What was measured", "/measured"],
      ["Notation and methods", "/notation"],
    ]),
  },
  {
    text: "Guides",
    items: pages([
      ["Learning a solver", "/learned"],
      ["Name an error, get a solver", "/tune"],
      ["Bounds of errors", "/guard"],
      ["Flows", "/flows"],
      ["Hypersolvers on images", "/image-hypersolvers"],
      ["Classifiers", "/classifiers"],
      ["Optimal control", "/control"],
      ["Families of fields", "/families"],
      ["Stiff fields", "/stiff"],
      ["Sweeps", "/sweeps"],
    ]),
  },
  {
    text: "Experiments",
    collapsed: true,
    items: pages([
      ["What came out", "/experiments/"],
      ["Orders and stability", "/experiments/theory"],
      ["Learned solvers", "/experiments/learned"],
      ["Tracking", "/experiments/tracking"],
      ["Adversaries", "/experiments/adversarial"],
      ["Field and solver together", "/experiments/joint"],
      ["A field that trains on", "/experiments/continual"],
      ["Families and agents", "/experiments/agents"],
      ["Control", "/experiments/control"],
      ["Bounds", "/experiments/guard"],
    ]),
  },
  {
    text: "Reference",
    items: pages([
      ["API", "/api/"],
      ["File formats", "/files"],
      ["Operators", "/operators"],
      ["What is read of PyTorch", "/importing"],
      ["The engine", "/engine"],
      ["Benchmarks", "/project/benchmarks"],
      ["Troubleshooting", "/faq"],
    ]),
  },
  {
    text: "Project",
    collapsed: true,
    items: pages([
      ["Changes", "/project/changes"],
      ["Contributing", "/project/contributing"],
      ["Dependencies", "/dependencies"],
    ]),
  },
];

const docs = new URL("../", import.meta.url);
const listed = new Set(groups.flatMap(({ items }) => items.map(({ link }) => link)));

/** Guides that nobody has given a place: by their first headings. */
const unlisted = readdirSync(docs)
  .filter((file) => file.endsWith(".md") && file !== "index.md" && !listed.has(`/${file.slice(0, -3)}`))
  .map((file) => [
    readFileSync(new URL(file, docs), "utf8").match(/^# (.*)$/m)?.[1] ?? file,
    `/${file.slice(0, -3)}`,
  ]);

/** What the site holds, in reading order. */
export const sidebar = groups.map((group) =>
  group.text === "Guides" ? { ...group, items: [...group.items, ...pages(unlisted)] } : group,
);

/** The layers of the API, lowest first. */
export const apiSidebar = [
  {
    text: "API",
    items: pages([
      ["hypersolvers", "/api/"],
      ...[
        "tensor",
        "spec",
        "graph",
        "runtime",
        "nn",
        "optim",
        "ode",
        "hypersolver",
        "control",
        "models",
        "data",
        "datasets",
        "metrics",
        "plot",
        "plot/png",
        "pretrained",
        "experiments",
      ].map((layer) => [layer, `/api/${layer}`]),
    ]),
  },
];
