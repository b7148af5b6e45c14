/** What stands for standard input and output where a file is named, as Unix tools have it. A file of that name is `./-`. */
export const STANDARD = "-";

/** The place where something was written, in messages. */
export const placeName = (path: string): string => (path === STANDARD ? "standard output" : path);

let content: Promise<Uint8Array> | undefined;

/** All bytes of standard input, read once: several options may name parts of it, as `-:z` and `-:x`. */
export function readStandardInput(): Promise<Uint8Array> {
  content ??= readAll(process.stdin);
  return content;
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream)
    chunks.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  return Buffer.concat(chunks);
}
