/** Where a command says things. The only place of the command line that writes to its streams. */
export interface Output {
  /** The result: the only thing that goes to stdout. */
  result(text: string): void;
  /** A line for people, on stderr. */
  note(text: string): void;
  /** Something that the user should know although the command goes on. */
  warn(sentence: string): void;
}

export interface Streams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

export function createOutput({ stdout, stderr }: Streams): Output {
  const line = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);
  return {
    result: (text) => void stdout.write(line(text)),
    note: (text) => void stderr.write(line(text)),
    warn: (sentence) => void stderr.write(`warning: ${line(sentence)}`),
  };
}

/** Who reads our output may stop early, as `head` does: then there is nobody to tell, and nothing is wrong. */
export function endQuietlyOnClosedPipe(streams: Streams): void {
  for (const stream of [streams.stdout, streams.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
}

/** A value for programs: JSON on indented lines. Numbers that JSON lacks (NaN, infinities) become null. */
export function jsonText(value: object): string {
  return JSON.stringify(value, undefined, 2);
}
