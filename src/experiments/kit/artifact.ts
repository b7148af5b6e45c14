/** A file that a run produces. Whoever called the run decides where it goes. */
export interface Artifact {
  /** Relative path, with forward slashes. */
  readonly path: string;
  readonly content: Uint8Array | string;
}
