/** Name of a family of the experiment. */
export type FamilyName = "pendulum" | "van der Pol" | "Lotka–Volterra" | "Lorenz-96" | "random MLPs";

/** Every family's name. */
export const familyNames: readonly FamilyName[] = [
  "pendulum",
  "van der Pol",
  "Lotka–Volterra",
  "Lorenz-96",
  "random MLPs",
];
