/** The names of `experiments`, in the order of `reproduce --list`: light enough for help. */
export const experimentNames: readonly string[] = [
  ...["ffjord", "cnf", "mnist", "mnist-authors", "cifar10", "image-flow"],
  ...["theory", "learned", "mnist-solvers", "cifar10-solvers", "guard", "joint", "continual"],
  ...["adversarial", "regularizer", "agents", "tracking", "control"],
];
