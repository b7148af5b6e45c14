import type { rosenbrockNames } from "./names.js";
import { rodas4 } from "./rodas4.js";
import type { RosenbrockTableau } from "./tableau.js";

/** Every Rosenbrock method of the library by its name. */
export const rosenbrockMethods: Readonly<Record<(typeof rosenbrockNames)[number], RosenbrockTableau>> =
  Object.freeze({ rodas4 });

/** Whether a tableau is that of a Rosenbrock method. */
export const isRosenbrock = (tableau: object): tableau is RosenbrockTableau => "gamma" in tableau;
