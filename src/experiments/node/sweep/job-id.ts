/** pg-boss knows jobs by UUIDs: the first half of the key is one. Two jobs of one key are one job. */
export const idOf = (key: string): string =>
  key.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** The same of several. */
export const idsOf = (keys: readonly string[]): string[] => keys.map(idOf);
