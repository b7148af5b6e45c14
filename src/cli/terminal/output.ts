/** Where a command says things. The only place of the command line that writes to its streams. */
export interface Output {
  /** The result: the only thing that goes to stdout, unless data do. */
  result(text: string): void;
  /** A file for stdout, alone there: what else is said from then on goes to stderr. */
  data(content: Uint8Array | string): void;
  /** A line for people, on stderr. */
  note(text: string): void;
  /** Something that the user should know although the command goes on. */
  warn(sentence: string): void;
}

export interface Streams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Control characters, out of names in files, that terminals would obey; line ends and tabs are ours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text with control characters written out, as JSON does. */
const printable = (text: string): string =>
  text.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** How a text is to look on each stream. */
export interface Paint {
  readonly stdout: (text: string) => string;
  readonly stderr: (text: string) => string;
}

const plain: Paint = { stdout: (text) => text, stderr: (text) => text };

export function createOutput({ stdout, stderr }: Streams, paint: Paint = plain): Output {
  const line = (text: string): string => printable(text.endsWith("\n") ? text : `${text}\n`);
  const note = (text: string): void => void stderr.write(paint.stderr(line(text)));
  let hasData = false;
  return {
    result: (text) => (hasData ? note(text) : void stdout.write(paint.stdout(line(text)))),
    data: (content) => {
      hasData = true;
      stdout.write(content);
    },
    note,
    warn: (sentence) => note(`warning: ${sentence}`),
  };
}

/** What writing gives where nobody reads any longer: a pipe that `head` closed, a terminal that is gone. */
const unread: ReadonlySet<string | undefined> = new Set([
  ...["EPIPE", "EIO", "ECONNRESET", "ENOTCONN", "ENXIO", "EBADF"],
  ...["ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"],
]);

/**
 * What nobody reads is dropped, each stream for itself, and the work goes on: its results are in its files.
 * @param onLost hears of a result that should have been kept, such as one redirected to a full disk. What stderr loses
 *   is no result.
 */
export function outliveReaders({ stdout, stderr }: Streams, onLost: (error: Error) => void): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (!unread.has(error.code)) onLost(error);
  });
  stderr.on("error", () => undefined);
}

/** A value for programs: JSON on indented lines. Numbers that JSON lacks (NaN, infinities) become null. */
export function jsonText(value: object): string {
  return JSON.stringify(value, undefined, 2);
}
