import { createRequire } from "node:module";
import { z } from "zod";

const manifest = z
  .object({ name: z.string(), version: z.string() })
  .parse(createRequire(import.meta.url)("../package.json"));

/** Version of the library, from its package.json. */
export const version: string = manifest.version;

/** Name and version, as files and cards carry it. */
export const libraryName: string = `${manifest.name} ${version}`;
