export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** Options of `completion`. */
export const completionTable = {
  shell: {
    type: "choice",
    of: shells as readonly Shell[],
    required: true,
    flag: "argument",
    placeholder: "shell",
    help: "{choices}",
  },
} as const;
