import type { CompletedCommand, CompletedOption, Words } from "./model.js";

/** What can stand where the cursor is. */
interface Place {
  readonly value: Words;
  /** The flags in front of it; none: where options and arguments are. */
  readonly after: readonly string[];
}

/** The places of a command, those behind options that take no known words as well: nothing is offered there. */
const places = ({ options, argument }: CompletedCommand): Place[] => [
  ...options.flatMap(({ flags, value }) => (value === undefined ? [] : [{ value, after: flags }])),
  { value: argument, after: [] },
];

const flagsOf = (options: readonly CompletedOption[]): string[] => options.flatMap(({ flags }) => flags);

/** `' fit'|'sweep status'`: how a command path grows by a word. */
const steps = (commands: readonly CompletedCommand[]): string[] =>
  commands.flatMap(({ path }) => {
    if (path === "") return [];
    const words = path.split(" ");
    return [`${words.slice(0, -1).join(" ")} ${words.at(-1)}`];
  });

/** A word as the shells take it literally. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Completion for bash, 3.2 and newer. */
export function bashCompletion(name: string, commands: readonly CompletedCommand[]): string {
  const branch = ({ value: { words, files }, after }: Place, options: readonly string[]): string => {
    const said = after.length > 0 ? [] : [`options=${quoted(options.join(" "))}`];
    const lines = [
      ...said,
      ...(words.length > 0 ? [`choices=${quoted(words.join(" "))}`] : []),
      ...(files ? ["files=1"] : []),
    ];
    return `        ${after.length > 0 ? after.join("|") : "*"}) ${lines.join(" ")} ;;`;
  };
  const cases = commands.map((command) =>
    [
      `    ${quoted(command.path)})`,
      '      case "$previous" in',
      ...places(command).map((place) => branch(place, flagsOf(command.options))),
      "      esac ;;",
    ].join("\n"),
  );
  return `# bash completion for ${name}: source <(${name} completion bash)
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local at="" word options="" choices="" files=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${steps(commands).map(quoted).join("|")}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${cases.join("\n")}
  esac
  if [[ "$current" == -* ]]; then choices="$options" files=""; fi
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
  if [[ -n "$files" ]]; then
    local IFS=$'\\n'
    compopt -o filenames 2> /dev/null
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -F _${name} ${name}
`;
}

/** Completion for zsh. */
export function zshCompletion(name: string, commands: readonly CompletedCommand[]): string {
  const entry = (word: string, help = ""): string =>
    quoted(`${word.replaceAll(":", "\\:")}${help === "" ? "" : `:${help}`}`);
  const helpOf = (command: CompletedCommand, word: string): string =>
    commands.find(({ path }) => path === [command.path, word].join(" ").trim())?.help ?? "";
  const branch = ({ value: { words, files }, after }: Place, command: CompletedCommand): string => {
    const lines = [
      ...(after.length > 0
        ? []
        : [
            `options=(${command.options.flatMap(({ flags, help }) => flags.map((flag) => entry(flag, help))).join(" ")})`,
          ]),
      ...(words.length > 0
        ? [`choices=(${words.map((word) => entry(word, helpOf(command, word))).join(" ")})`]
        : []),
      ...(files ? ["files=1"] : []),
    ];
    return `        ${after.length > 0 ? after.join("|") : "*"}) ${lines.join(" ")} ;;`;
  };
  const cases = commands.map((command) =>
    [
      `    ${quoted(command.path)})`,
      '      case "$words[CURRENT-1]" in',
      ...places(command).map((place) => branch(place, command)),
      "      esac ;;",
    ].join("\n"),
  );
  return `#compdef ${name}
# zsh completion for ${name}: source <(${name} completion zsh), or this text as _${name} in a folder of $fpath
_${name}() {
  local at="" word files=""
  local -a options choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      ${steps(commands).map(quoted).join("|")}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${cases.join("\n")}
  esac
  if [[ "$PREFIX" == -* ]]; then
    _describe option options
  else
    (( $#choices )) && _describe value choices
    [[ -n "$files" ]] && _files
  fi
}
if [[ "$funcstack[1]" == "_${name}" ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

/** Completion for fish. */
export function fishCompletion(name: string, commands: readonly CompletedCommand[]): string {
  const literal = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const line = (command: CompletedCommand, rest: readonly string[]): string =>
    [`complete -c ${name} -n ${literal(`__${name}_at ${literal(command.path)}`)}`, ...rest].join(" ");
  const valueText = ({ words, files }: Words): string[] => [
    files ? "-r -F" : "-x",
    ...(words.length > 0 ? [`-a ${literal(words.join(" "))}`] : []),
  ];
  const optionLine = (command: CompletedCommand, { flags, help, value }: CompletedOption): string =>
    line(command, [
      ...flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)),
      ...(value === undefined ? [] : valueText(value)),
      `-d ${literal(help)}`,
    ]);
  const argumentLines = (command: CompletedCommand): string[] => {
    const { words, files } = command.argument;
    const named = words.map((word) => {
      const help = commands.find(({ path }) => path === [command.path, word].join(" ").trim())?.help;
      return line(command, [`-a ${literal(word)}`, ...(help === undefined ? [] : [`-d ${literal(help)}`])]);
    });
    return files ? [...named, line(command, ["-F"])] : named;
  };
  return `# fish completion for ${name}: ${name} completion fish | source
function __${name}_at
  set -l at ""
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${steps(commands).map(literal).join(" ")}
        set at (string trim "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
complete -c ${name} -f
${commands.flatMap((command) => [...argumentLines(command), ...command.options.map((option) => optionLine(command, option))]).join("\n")}
`;
}
