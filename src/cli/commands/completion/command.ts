import type { CommandDefinition } from "../../command.js";
import { sharedBy } from "../../options/options.js";
import { specCommand } from "../../options/spec-command.js";
import { completionTable } from "./table.js";

const name = "completion";
const summary = "print the completion of commands and options for a shell";

/** `hypersolvers completion`: it asks the program that it is a command of. */
export const completionCommand: CommandDefinition = {
  name,
  summary,
  table: completionTable,
  shared: sharedBy({ computes: false }),
  configure: (command, attach) => {
    const definition = specCommand({
      name,
      summary,
      description:
        "Prints a script that lets a shell complete commands, options and their values: source <(hypersolvers completion bash) " +
        "in ~/.bashrc, the same with zsh in ~/.zshrc; for fish, the text is ~/.config/fish/completions/hypersolvers.fish.",
      table: completionTable,
      examples: ["completion bash", "completion zsh", "completion fish"],
      computes: false,
      load: async () => (await import("./job.js")).completionJobOf(command.parent ?? command),
    });
    definition.configure(command, attach);
  },
};
