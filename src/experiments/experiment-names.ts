/** The names of `experiments`, in the order of `reproduce --list`: light enough for help. */
export const experimentNames: readonly string[] = [
  ...["ffjord", "cnf", "mnist", "mnist-authors", "cifar10"],
  ...["theory", "learned", "guard", "joint", "continual"],
  ...["adversarial", "regularizer", "agents", "tracking", "control"],
];
