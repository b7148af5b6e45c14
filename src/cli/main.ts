#!/usr/bin/env node
import { runCommandLine } from "./program.js";
import { endWithTerminal } from "./terminal/hang-up.js";

const exitCode = await runCommandLine(process.argv.slice(2));
// A result that was lost on its way out has set an exit code of its own.
if (exitCode !== 0) process.exitCode = exitCode;
endWithTerminal();
