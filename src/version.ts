/** Version of the library. `npm version` writes it here (scripts/write-version.mjs); a test compares it with package.json. */
export const version = "0.1.0";

/** Name and version, as files and cards carry it. */
export const libraryName: string = `hypersolvers ${version}`;
