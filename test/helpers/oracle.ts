import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors, type Tensor } from "../../src/tensor/index.js";

/** Where PyTorch's numbers lie; its README says how they were made. */
export const oracleFolder: string = process.env.HYPERSOLVERS_ORACLES ?? "test/fixtures/oracles";

/** Image layers, written by the script in the folder. */
export const imageOracleFolder = "test/fixtures/image-oracles";

/** The tensors of one oracle file; asking for one that is not there throws. */
export interface Oracle {
  readonly names: readonly string[];
  get(name: string): Tensor;
  /** Tensors under a prefix, without it: `group("param.")`. */
  group(prefix: string): Record<string, Tensor>;
}

export function readOracle(name: string, folder: string = oracleFolder): Oracle {
  const file = `${name}.safetensors`;
  const { tensors } = decodeSafetensors(readFileSync(join(folder, file)), file);
  return {
    names: Object.keys(tensors),
    get: (key) => {
      const value = tensors[key];
      if (value === undefined) throw new Error(`${file} has no ${key}`);
      return value;
    },
    group: (prefix) =>
      Object.fromEntries(
        Object.entries(tensors).flatMap(([key, value]) =>
          key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
        ),
      ),
  };
}
