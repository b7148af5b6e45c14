import { z } from "zod/mini";
import { fail } from "../tensor/index.js";
import { type DatasetName, datasetNames } from "./definition.js";

/** The file of a cached data set that says what it is. */
export const MANIFEST = "dataset.json";

/** What a cached data set is. */
export interface Manifest {
  /** Of this description. */
  readonly format: 1;
  readonly name: DatasetName;
  /** Whether it has the published checksums. */
  readonly official: boolean;
  /** Where it came from. */
  readonly source: string;
  /** Number of training images. */
  readonly training: number;
  /** Number of test images. */
  readonly test: number;
  /** The files beside the description, by name. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** Names that lead nowhere but into the folder itself. */
const fileName = z.string().check(z.regex(/^[\w-]+(\.[\w-]+)*$/));

const manifestSchema: z.core.$ZodType<Manifest> = z.object({
  format: z.literal(1),
  name: z.enum(datasetNames),
  official: z.boolean(),
  source: z.string(),
  training: z.int().check(z.positive()),
  test: z.int().check(z.positive()),
  files: z.record(
    fileName,
    z.object({ bytes: z.int().check(z.nonnegative()), sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
  ),
});

/** @throws MALFORMED_FILE. */
export function decodeManifest(text: string, what: string): Manifest {
  try {
    return z.parse(manifestSchema, JSON.parse(text));
  } catch (cause) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "the description of a cached data set",
      received: "other or damaged JSON",
      help: "remove its folder and run `hypersolvers data` again",
      cause,
    });
  }
}

export const encodeManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, undefined, 2)}\n`;
