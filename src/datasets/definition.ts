import type { ImageSet } from "../data/index.js";

/** The data sets that can be loaded by name. */
export const datasetNames = ["mnist", "cifar10"] as const;
/** A data set that can be loaded by name. */
export type DatasetName = (typeof datasetNames)[number];

/** Images to learn from and images to be judged by. */
export interface Dataset {
  readonly training: ImageSet;
  readonly test: ImageSet;
}

/** File contents by canonical name, unpacked. */
export type FileContents = ReadonlyMap<string, Uint8Array>;

/** A file that the official mirrors have. */
export interface OfficialFile {
  readonly name: string;
  /** Bytes, for progress and as a bound. */
  readonly size: number;
  /** Of the file as it is fetched, in lower-case hexadecimal. */
  readonly sha256: string;
}

/** How a data set comes: its files, where they are, how they are read. */
export interface DatasetDefinition {
  readonly name: DatasetName;
  /** For people. */
  readonly title: string;
  /** The files, for messages: `train-images-idx3-ubyte, …`. */
  readonly contents: string;
  /** The canonical name of a file of the data set, from its base name without `.gz`; undefined for other files. */
  canonicalName(name: string): string | undefined;
  /** Folders below the named one where the files may lie. */
  readonly subfolders: readonly string[];
  /**
   * Canonical names that have to be there and are not.
   * @param present canonical names.
   */
  missing(present: readonly string[]): readonly string[];
  /** @param what the place, for messages. */
  decode(files: FileContents, what: string): Dataset;
  /** Images of the official data set. */
  readonly count: { readonly training: number; readonly test: number };
  /** Digests (SHA-256) of unpacked official files by canonical name; absent: unpacked files cannot be checked. */
  readonly digests?: Readonly<Record<string, string>>;
  /** What is fetched. */
  readonly official: readonly OfficialFile[];
  /** Addresses that the names of official files are put behind, in the order in which they are tried. */
  readonly mirrors: readonly string[];
}
