import { extname } from "node:path";
import { checkSpec, type Spec, type Table } from "../../spec/index.js";
import { readBytes } from "../files/files.js";
import { forOption } from "./for-option.js";
import { unusable } from "./usage-error.js";

/**
 * The spec in a file: JSON, or YAML in a file that ends in .yaml or .yml.
 * @param formerly names in files of earlier versions that decide nothing any more: they are passed over.
 * @throws a usage error that names file and option; FILE_NOT_READABLE.
 */
export async function readConfig<T extends Table>(
  path: string,
  table: T,
  formerly: readonly string[] = [],
): Promise<Spec<T>> {
  const value = without(formerly, await readValue(path));
  return forOption(undefined, () => checkSpec(table, value, path));
}

const without = (names: readonly string[], value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
    : value;

/**
 * The value in a file: JSON, or YAML in a file that ends in .yaml or .yml.
 * @throws a usage error that names the file; FILE_NOT_READABLE.
 */
export async function readValue(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(path));
  const isYaml = [".yaml", ".yml"].includes(extname(path).toLowerCase());
  return isYaml ? yamlOf(text, path) : jsonOf(text, path);
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(path, "JSON, or YAML in a file that ends in .yaml", String(error));
  }
}

async function yamlOf(text: string, path: string): Promise<unknown> {
  const { parse } = await import("yaml");
  try {
    return parse(text);
  } catch (error) {
    throw unusable(path, "YAML", String(error));
  }
}
