import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { type ClientRequest, get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { notWritable } from "./trouble.js";

/** How a file is fetched. */
export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes so far. */
  readonly onBytes?: (done: number) => void;
  /** Most bytes that are taken. */
  readonly limit: number;
  /** Milliseconds without any byte before the server is given up; default 30,000. */
  readonly patienceMs?: number | undefined;
}

const PATIENCE_MS = 30_000;
const MOST_REDIRECTS = 5;

/** A reason to try the next mirror, in few words. */
export class TransferError extends Error {
  override readonly name = "TransferError";
}

/**
 * Fetches a file as its bytes are, without decoding: a checksum of a .gz is one of its packed bytes.
 * @param path written anew.
 * @returns SHA-256 of what came.
 * @throws TransferError for another status than 200, more bytes than the limit, and a transfer that ends early;
 *   the errors of `node:http`; FILE_NOT_WRITABLE.
 */
export async function fetchFile(url: string, path: string, options: FetchOptions): Promise<string> {
  const response = await request(new URL(url), options, MOST_REDIRECTS);
  const hash = createHash("sha256");
  const file = await open(path, "w").catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
  try {
    let done = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      done += chunk.length;
      if (done > options.limit) throw new TransferError(`more than the expected ${options.limit} bytes`);
      hash.update(chunk);
      await file.write(chunk).catch((cause: unknown) => {
        throw notWritable(path, cause);
      });
      options.onBytes?.(done);
    }
    if (!response.complete) throw new TransferError(`the transfer broke off after ${done} bytes`);
  } finally {
    response.destroy();
    await file.close();
  }
  return hash.digest("hex");
}

/** A response with status 200, behind redirections. */
async function request(url: URL, options: FetchOptions, redirects: number): Promise<IncomingMessage> {
  const response = await respond(url, options);
  const { statusCode = 0, headers } = response;
  if (statusCode === 200) return response;
  response.destroy();
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined;
  if (!isRedirect) throw new TransferError(`status ${statusCode}`);
  if (redirects === 0) throw new TransferError("too many redirections");
  const target = new URL(headers.location ?? "", url);
  if (url.protocol === "https:" && target.protocol !== "https:")
    throw new TransferError("a redirection away from https");
  return request(target, options, redirects - 1);
}

function respond(url: URL, { signal, patienceMs = PATIENCE_MS }: FetchOptions): Promise<IncomingMessage> {
  const get = url.protocol === "https:" ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    // Of the two only the one that is being waited for passes an error on.
    let awaited: ClientRequest | IncomingMessage | undefined;
    const pending = get(url, { headers: { "accept-encoding": "identity" }, signal }, (response) => {
      awaited = response;
      resolve(response);
    });
    awaited = pending;
    pending.setTimeout(patienceMs, () =>
      awaited?.destroy(new TransferError(`no byte for ${patienceMs / 1000} seconds`)),
    );
    pending.on("error", reject);
  });
}
