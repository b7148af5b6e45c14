import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** What each layer may import, besides itself: DESIGN.md, section 2. */
const below: Readonly<Record<string, readonly string[]>> = {
  tensor: [],
  data: ["tensor"],
  datasets: ["tensor", "data"],
  graph: ["tensor"],
  runtime: ["tensor", "graph"],
  nn: ["tensor", "graph", "runtime"],
  optim: ["tensor", "graph", "runtime"],
  ode: ["tensor", "graph", "runtime", "nn", "optim"],
  hypersolver: ["tensor", "graph", "runtime", "nn", "optim", "ode"],
  metrics: ["tensor"],
  plot: ["tensor"],
  models: ["tensor", "graph", "runtime", "nn", "optim", "ode", "hypersolver", "data", "metrics", "version"],
  experiments: [
    "tensor",
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
  ],
  cli: [
    "tensor",
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
    "experiments",
    "version",
    "models",
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

const statement = /^(?:import|export)\s+(type\s+)?(?:[^;"']*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(statement)].map(([, type, target = "", dynamic]) => {
    const to = dynamic ?? target;
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

/** `graph/onnx/encode.ts` is in layer graph, `version.ts` is its own. */
const layerOf = (file: string): string => file.split("/")[0]?.replace(/\.ts$/, "") ?? "";
const show = ({ from, to }: Import): string => `${from} -> ${to}`;

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
        layerOf(from) !== layerOf(to) && to !== "version.ts" && !/^[a-z]+\/(?:index|internal)\.ts$/.test(to),
    );
    expect(deep.map(show)).toEqual([]);
  });

  test("nobody but the package's entry and the CLI stands above experiments", () => {
    expect(inside.filter(({ to }) => to === "index.ts").map(show)).toEqual([]);
  });

  test("has no cycle of modules that need each other to load", () => {
    expect(firstCycle(inside.filter(({ typeOnly, lazy }) => !typeOnly && !lazy))).toEqual([]);
  });

  test("ONNX Runtime is known to runtime alone, ONNX files to graph/onnx", () => {
    const users = (name: string): string[] =>
      packages.filter(({ to }) => to === name).map(({ from }) => from);
    expect(users("onnxruntime-node").filter((file) => !file.startsWith("runtime/"))).toEqual([]);
    expect(users("onnx-buf").filter((file) => !file.startsWith("graph/onnx/"))).toEqual([]);
    expect(users("onnxruntime-node")).not.toEqual([]);
    expect(users("onnx-buf")).not.toEqual([]);
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
