import { sha256 } from "../../tensor/internal.js";

/** Short hash of a file's content, for the keys of what is made from it. */
export const digest = (content: Uint8Array): string => sha256(content).slice(0, 16);
