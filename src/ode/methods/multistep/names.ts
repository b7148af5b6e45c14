/** The names of `multistepMethods`, in a file that loads nothing: help shows them. */
export const multistepNames = ["ab2", "pec-heun", "ab3"] as const;

/** Whether a name is that of a multistep method. */
export const isMultistepName = (name: string): name is (typeof multistepNames)[number] =>
  (multistepNames as readonly string[]).includes(name);
