/** The compiler writes plain files; `npm link` and npx want the command to be executable. */
import { chmodSync } from "node:fs";

chmodSync("dist/cli/main.js", 0o755);
