import { styleText } from "node:util";
import type { Paint } from "./output.js";

/** What `--color` takes. */
export const colorChoices = ["auto", "always", "never"] as const;
export type ColorChoice = (typeof colorChoices)[number];

/** What `--color` says on a command line, before anything else of it is read; the last one counts. */
export function colorChoiceIn(args: readonly string[]): ColorChoice {
  const said = args.flatMap((word, i) => {
    if (word === "--color") return [args[i + 1]];
    return word.startsWith("--color=") ? [word.slice("--color=".length)] : [];
  });
  return colorChoices.find((choice) => choice === said.at(-1)) ?? "auto";
}

/**
 * Whether a stream is written to in color: as `--color` says, else not with NO_COLOR (no-color.org) or on a terminal that
 * calls itself dumb, with FORCE_COLOR wherever, and by itself on terminals.
 */
export function isColored(
  choice: ColorChoice,
  stream: { readonly isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (choice !== "auto") return choice === "always";
  const { NO_COLOR: none = "", FORCE_COLOR: forced = "", TERM: terminal } = environment;
  if (none !== "") return false;
  if (forced !== "") return forced !== "0";
  return stream.isTTY === true && terminal !== "dumb";
}

type Style = Parameters<typeof styleText>[0];

const styled = (style: Style, text: string): string => styleText(style, text, { validateStream: false });

/** What stands out, by the form of its line: errors, warnings, headings, the emphasized row of a table and its rules. */
const lineStyles: readonly (readonly [form: RegExp, style: Style])[] = [
  [/^error:(?: [A-Z_]+:)?/, ["bold", "red"]],
  [/^warning:/, ["bold", "yellow"]],
  [/^ {2}(?:expected|received|help):/, "dim"],
  [/^[A-Z][\w ]*:(?=$| \S)/, "bold"],
  [/^›.*$/, "bold"],
  [/^[ ─]*─[ ─]*$/, "dim"],
];

/** A text for people, in color. What it says is the same without. */
export const inColor = (text: string): string =>
  text
    .split("\n")
    .map((line) => {
      const [form, style] = lineStyles.find(([each]) => each.test(line)) ?? [];
      return form === undefined || style === undefined
        ? line
        : line.replace(form, (part) => styled(style, part));
    })
    .join("\n");

/** How the texts of a command line look on the streams of this process. */
export function paintFor(args: readonly string[]): Paint {
  const choice = colorChoiceIn(args);
  const on = (stream: { readonly isTTY?: boolean }): ((text: string) => string) =>
    isColored(choice, stream, process.env) ? inColor : (text) => text;
  return { stdout: on(process.stdout), stderr: on(process.stderr) };
}
