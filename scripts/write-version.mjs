// @ts-check
/** Copies the version of package.json into src/version.ts, which browsers read too. `npm version` runs it. */
import { readFileSync, writeFileSync } from "node:fs";

const manifest = new URL("../package.json", import.meta.url);
const source = new URL("../src/version.ts", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8"));
const text = readFileSync(source, "utf8");
writeFileSync(source, text.replace(/(version = )"[^"]*"/, `$1"${version}"`));
