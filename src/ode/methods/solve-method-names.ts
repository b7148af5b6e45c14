import { multistepNames } from "./multistep/names.js";
import { rosenbrockNames } from "./rosenbrock/names.js";
import { methodNames } from "./tableaus/names.js";

/** Every method that solves by its name alone, without a file: light enough for help. */
export const solveMethodNames: readonly string[] = [...methodNames, ...multistepNames, ...rosenbrockNames];
