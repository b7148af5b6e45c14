/**
 * Writes dist/cli: the command line and all that it uses of the library, in a few files. Node finds and opens seven
 * hundred small ones slower than it does most of what a command asks for.
 */
import { chmodSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const source = at("src/");

/** What a module finds beside itself (a worker, a shipped file) is beside the file that the compiler wrote for it. */
const besideItself = {
  name: "beside-itself",
  enforce: "pre",
  transform(code, id) {
    if (!id.startsWith(source) || !code.includes("import.meta.url")) return null;
    const own = id.slice(source.length).replaceAll("\\", "/").replace(/\.ts$/, ".js");
    return code.replaceAll("import.meta.url", `"beside:${own}"`);
  },
  renderChunk: (code, { fileName }) =>
    code.replaceAll(/"beside:([^"]*)"/g, (_, own) => {
      const path = posix.relative(posix.dirname(`cli/${fileName}`), own);
      return `new URL("${path}", import.meta.url).href`;
    }),
};

await build({
  configFile: false,
  logLevel: "warn",
  root: at("."),
  plugins: [besideItself],
  resolve: {
    alias: { "#backend": at("src/runtime/node/index.ts"), "#host": at("src/experiments/node/index.ts") },
  },
  // Many small files too, in packages that bring the text of their license.
  ssr: { noExternal: ["zod", "@noble/hashes", "pure-rand"] },
  build: {
    ssr: true,
    outDir: at("dist/cli"),
    target: "es2022",
    minify: false,
    license: { fileName: "LICENSES.md" },
    rollupOptions: {
      // What Node starts, and what tests and `npm run chaos` take hold of.
      input: Object.fromEntries(
        [
          ...["main", "program", "commands/worker/runner-main"],
          ...["files/half-written", "options/config-file", "commands/solve/table"],
        ].map((name) => [name, at(`src/cli/${name}.ts`)]),
      ),
      output: { entryFileNames: "[name].js", chunkFileNames: "parts/[name]-[hash].js" },
    },
  },
});
// `npm link` and npx want the command to be executable.
chmodSync(at("dist/cli/main.js"), 0o755);
