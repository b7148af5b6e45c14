/** How tables are written, as endings of files and `--format` name it. */
export const tableFormats = ["safetensors", "npy", "npz", "csv"] as const;
export type TableFormat = (typeof tableFormats)[number];
