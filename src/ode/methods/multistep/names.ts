/** The names of `multistepMethods`, in a file that loads nothing: help shows them. */
export const multistepNames = ["ab2", "pec-heun", "ab3"] as const;

/** The names of `exponentialMethods`. */
export const exponentialNames = ["ddim", "dpmpp2m"] as const;

/** Names of methods in fixed steps that are no tableaus. */
export const steppedNames: readonly [...typeof multistepNames, ...typeof exponentialNames] = [
  ...multistepNames,
  ...exponentialNames,
];

/** Whether a name is that of a multistep method. */
export const isMultistepName = (name: string): name is (typeof steppedNames)[number] =>
  (steppedNames as readonly string[]).includes(name);
