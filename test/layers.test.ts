import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** What each layer may import, besides itself: DESIGN.md, section 2. */
const below: Readonly<Record<string, readonly string[]>> = {
  tensor: [],
  spec: ["tensor"],
  data: ["tensor"],
  datasets: ["tensor", "data"],
  pretrained: ["tensor"],
  graph: ["tensor"],
  runtime: ["tensor", "graph"],
  nn: ["tensor", "spec", "graph", "runtime"],
  optim: ["tensor", "graph", "runtime"],
  ode: ["tensor", "spec", "graph", "runtime", "nn", "optim"],
  hypersolver: ["tensor", "spec", "graph", "runtime", "nn", "optim", "ode"],
  control: ["tensor", "spec", "graph", "runtime", "nn", "optim", "ode", "hypersolver"],
  metrics: ["tensor"],
  plot: ["tensor"],
  models: [
    "tensor",
    "spec",
    "graph",
    "runtime",
    "nn",
    "optim",
    "ode",
    "hypersolver",
    "data",
    "metrics",
    "version",
  ],
  experiments: [
    "tensor",
    "spec",
    "graph",
    "runtime",
    "nn",
    "optim",
    "ode",
    "hypersolver",
    "data",
    "metrics",
    "plot",
    "version",
    "models",
    "control",
  ],
  cli: [
    "tensor",
    "spec",
    "graph",
    "runtime",
    "nn",
    "optim",
    "ode",
    "hypersolver",
    "data",
    "metrics",
    "plot",
    "datasets",
    "pretrained",
    "experiments",
    "version",
    "models",
    "control",
  ],
  version: [],
};

interface Import {
  readonly from: string;
  /** A path inside src, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
  /** `import()`: loaded when everything else is there already. */
  readonly lazy: boolean;
}

/** What package.json's conditions choose: the file for Node stands for both. */
const conditional: Readonly<Record<string, string>> = {
  "#backend": "runtime/node/index.ts",
  "#host": "experiments/node/index.ts",
};

const statement = /^(?:import|export)\s+(type\s+)?(?:[^;"']*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(statement)].map(([, type, target = "", dynamic]) => {
    const to = conditional[dynamic ?? target] ?? dynamic ?? target;
    const inside = to.startsWith(".") ? posix.join(posix.dirname(file), to).replace(/\.js$/, ".ts") : to;
    return { from: file, to: inside, typeOnly: type !== undefined, lazy: dynamic !== undefined };
  });
}

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => relative(source, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
const imports = files.flatMap(importsOf);
const inside = imports.filter(({ to }) => files.includes(to));
const packages = imports.filter(({ to }) => !files.includes(to));

/** Files beside the doors of layers that anybody may load: they load nothing themselves. */
const light = ["version.ts", "tensor/errors.ts"];

/** `graph/onnx/encode.ts` is in layer graph, `version.ts` is its own. */
const layerOf = (file: string): string => file.split("/")[0]?.replace(/\.ts$/, "") ?? "";
const show = ({ from, to }: Import): string => `${from} -> ${to}`;

/** The folders that need Node. Each has an entry of its own in package.json, or a counterpart for browsers. */
const nodeFolders = ["runtime/node", "experiments/node", "plot/png", "datasets", "pretrained", "cli"];

/** Built into Node, or native. */
const isNodeOnly = (name: string): boolean =>
  builtinModules.includes(name.replace(/^node:/, "")) || native.has(name);
const native = new Set(["onnxruntime-node", "@resvg/resvg-js", "tar", "cli-progress", "commander"]);
const isConditional = (file: string): boolean => Object.values(conditional).includes(file);

describe("the import graph of src", () => {
  test("was read", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(inside.length).toBeGreaterThan(300);
    expect(inside.map(show)).toContain("hypersolver/fit/learning-rate.ts -> optim/index.ts");
    // Every relative import leads to a file that exists.
    expect(packages.filter(({ to }) => to.startsWith(".") || to.includes("../")).map(show)).toEqual([]);
    expect(packages.filter(({ to }) => to.endsWith(".ts")).map(show)).toEqual([]);
  });

  test("points down: no layer imports one above it or beside it", () => {
    const upward = inside.filter(({ from, to }) => {
      const [own, other] = [layerOf(from), layerOf(to)];
      return from !== "index.ts" && own !== other && !(below[own] ?? []).includes(other);
    });
    expect(upward.map(show)).toEqual([]);
    expect(files.map(layerOf).filter((layer) => layer !== "index" && below[layer] === undefined)).toEqual([]);
  });

  test("crosses layers through their index, or what they keep for other layers", () => {
    const deep = inside.filter(
      ({ from, to }) =>
        layerOf(from) !== layerOf(to) &&
        !light.includes(to) &&
        !/^(?:[a-z]+\/(?:index|internal|specs)|plot\/png\/index)\.ts$/.test(to),
    );
    expect(deep.map(show)).toEqual([]);
  });

  test("loads no package for a table of options: help has to be quick", () => {
    const tables = files.filter((file) => file.endsWith("/specs.ts"));
    expect(tables).toContain("hypersolver/specs.ts");
    const loads = (file: string): string[] =>
      imports.filter(({ from, typeOnly, lazy }) => from === file && !typeOnly && !lazy).map(({ to }) => to);
    const reached = new Set([...tables, "spec/index.ts"]);
    for (const file of reached) for (const next of loads(file)) reached.add(next);
    expect([...reached].filter((file) => !files.includes(file))).toEqual([]);
    expect([...reached].filter((file) => file.endsWith("/index.ts"))).toEqual(["spec/index.ts"]);
  });

  test("nobody but the package's entry and the CLI stands above experiments", () => {
    expect(inside.filter(({ to }) => to === "index.ts").map(show)).toEqual([]);
  });

  test("has no cycle of modules that need each other to load", () => {
    expect(firstCycle(inside.filter(({ typeOnly, lazy }) => !typeOnly && !lazy))).toEqual([]);
  });

  const ofOneFile = ["version", "pretrained"];
  const layers = Object.keys(below).filter((layer) => !ofOneFile.includes(layer));
  test.each(layers)("has no cycle inside %s, types included", (layer) => {
    const own = inside.filter(({ from, to }) => layerOf(from) === layer && layerOf(to) === layer);
    expect(own.length).toBeGreaterThan(3);
    expect(firstCycle(own)).toEqual([]);
  });

  test("ONNX Runtime is known to its backends alone, ONNX files to graph/onnx", () => {
    const users = (name: RegExp): string[] =>
      packages
        .filter(({ to, typeOnly }) => name.test(to) && !typeOnly)
        .map(({ from }) => posix.dirname(from));
    expect(new Set(users(/^onnxruntime-node/))).toEqual(new Set(["runtime/node"]));
    expect(new Set(users(/^onnxruntime-web/))).toEqual(new Set(["runtime/web"]));
    expect(users(/^onnxruntime-common/)).toEqual([]);
    expect(users(/^onnx-buf/).filter((folder) => !folder.startsWith("graph/onnx"))).toEqual([]);
    expect(users(/^onnx-buf/)).not.toEqual([]);
  });

  test("only these folders are for Node; everything else runs in browsers too", () => {
    const allowed = (file: string): boolean => nodeFolders.some((folder) => file.startsWith(`${folder}/`));
    const importing = packages.filter(({ to }) => isNodeOnly(to));
    expect(importing.filter(({ from }) => !allowed(from)).map(show)).toEqual([]);
    // Nor does anything reach a folder of Node but by a condition of package.json, or from one of them.
    const reaching = inside.filter(({ from, to }) => allowed(to) && !allowed(from) && !isConditional(to));
    expect(reaching.map(show)).toEqual([]);
    // The scan sees what it is to find.
    for (const folder of nodeFolders)
      expect(importing.some(({ from }) => from.startsWith(`${folder}/`))).toBe(true);
  });
});

/** The files along one cycle, or none. */
function firstCycle(edges: readonly Import[]): string[] {
  const targets = new Map<string, Import[]>();
  for (const edge of edges) targets.set(edge.from, [...(targets.get(edge.from) ?? []), edge]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const { to } of targets.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
