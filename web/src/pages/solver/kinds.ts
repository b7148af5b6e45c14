/** What the playground can learn of a solver. */
export type LearnedName = "correction" | "coefficients" | "student";

/** What each is called on its button and its panel, and how its iterations follow from those of a correction: the others go through whole solves. */
export const learnable: Readonly<
  Record<
    LearnedName,
    { readonly label: string; readonly title: string; iterationsOf(iterations: number): number }
  >
> = {
  correction: { label: "correction g", title: "Hypersolver", iterationsOf: (iterations) => iterations },
  coefficients: {
    label: "coefficients",
    title: "Learned coefficients",
    iterationsOf: (iterations) => Math.max(100, Math.round(iterations / 4)),
  },
  student: { label: "student", title: "Student", iterationsOf: (iterations) => iterations },
};
