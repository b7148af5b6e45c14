import type { Attach } from "../../src/cli/command.js";
import { buildProgram, commands } from "../../src/cli/program.js";
import { reportFailure } from "../../src/cli/terminal/failure.js";
import type { Output } from "../../src/cli/terminal/output.js";
import { silentProgress } from "../../src/cli/terminal/progress.js";

/** What people and programs are told, and the exit code. */
export interface Told {
  readonly code: number;
  readonly text: string;
  readonly json: object;
  /** What would go to standard output as a file. */
  readonly data: string;
}

/** Runs one command line inside this process, in its working directory. */
export async function told(line: string): Promise<Told> {
  const lines: string[] = [];
  let json: object = {};
  let data = "";
  const output: Output = {
    result: (text) => void lines.push(text),
    data: (content) => {
      data += Buffer.from(content).toString();
    },
    note: (text) => void lines.push(text),
    warn: (text) => void lines.push(`warning: ${text}`),
  };
  const attach: Attach = (command, load) => {
    command.action(async () => {
      const job = await load();
      const result = await job(command.opts(), {
        ...{ output, progress: silentProgress, commandLine: line },
      });
      lines.push(result.text);
      json = result.json;
    });
  };
  try {
    await buildProgram(output, attach).parseAsync(line.split(" "), { from: "user" });
    return { code: 0, text: lines.join("\n"), json, data };
  } catch (error) {
    const table = commands.find(({ name }) => line.startsWith(`${name} `))?.table;
    const code = await reportFailure(error, output, { asJson: false, command: "hypersolvers", table });
    return { code, text: lines.join("\n"), json, data };
  }
}
