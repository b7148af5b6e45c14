/** The names of `rosenbrockMethods`, in a file that loads nothing: help shows them. */
export const rosenbrockNames = ["rodas4"] as const;

/** Whether a name is that of a Rosenbrock method. */
export const isRosenbrockName = (name: string): name is (typeof rosenbrockNames)[number] =>
  (rosenbrockNames as readonly string[]).includes(name);
