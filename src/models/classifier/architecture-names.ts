/** The classifiers of the paper and of its authors' notebooks, and small ones for quick tests. */
export const classifierArchitectureNames = [
  "mnist-paper",
  "mnist-authors",
  "mnist-small",
  "cifar10-paper",
  "cifar10-notebook",
  "cifar10-small",
] as const;
/** One of their names. */
export type ClassifierArchitectureName = (typeof classifierArchitectureNames)[number];
