import { createHash } from "node:crypto";

/** Short hash of a file's content, for keys. */
export const digest = (content: Uint8Array): string =>
  createHash("sha256").update(content).digest("hex").slice(0, 16);
