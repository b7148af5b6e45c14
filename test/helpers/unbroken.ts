import { type Broken, isBroken } from "../../src/tensor/index.js";

/** What did not break. */
export function unbroken<T extends object>(result: T): Exclude<T, Broken> {
  if (isBroken(result)) throw new Error(`broke: ${result.reason}`);
  return result as Exclude<T, Broken>;
}
