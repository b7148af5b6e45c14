import { unusable } from "../options/usage-error.js";

/** Sizes of dynamic axes as `--size` gives them: whole numbers from 1 on. */
export const axisSizes = (given: Readonly<Record<string, string>> = {}): Record<string, number> =>
  Object.fromEntries(
    Object.entries(given).map(([axis, text]) => {
      const size = Number(text);
      if (Number.isSafeInteger(size) && size > 0) return [axis, size];
      throw unusable("--size", "an axis and a whole number from 1 on, such as height=64", `${axis}=${text}`);
    }),
  );
