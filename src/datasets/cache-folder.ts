import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The variable that names another folder for what is kept between runs. */
const CACHE_VARIABLE = "HYPERSOLVERS_CACHE";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a cache is looked for. */
export interface CachePlace {
  readonly environment: Environment;
  readonly home: string;
  readonly platform: string;
  /** Whether there is a folder of that name. */
  readonly exists: (path: string) => boolean;
}

const here = (): CachePlace => ({
  environment: process.env,
  home: homedir(),
  platform: process.platform,
  exists: existsSync,
});

/**
 * Where data sets are kept: the folder that is asked for, or that of HYPERSOLVERS_CACHE, or `hypersolvers` in the user's
 * cache: XDG_CACHE_HOME where it is an absolute path (others are ignored, as the XDG base directory specification wants),
 * else as the platform has it: ~/Library/Caches on macOS, %LOCALAPPDATA% on Windows, ~/.cache elsewhere. Earlier versions
 * kept everything below ~/.cache: what is there stays in use until there is a folder of the platform's.
 * @param place default: that of the process.
 */
export function cacheFolder(wanted?: string, place: CachePlace = here()): string {
  const { environment, home, platform, exists } = place;
  const { [CACHE_VARIABLE]: own = "", XDG_CACHE_HOME: shared = "" } = environment;
  if (wanted !== undefined && wanted !== "") return wanted;
  if (own !== "") return own;
  if (isAbsolute(shared)) return join(shared, "hypersolvers");
  const usual = join(platformCache(platform, environment, home), "hypersolvers");
  const before = join(home, ".cache", "hypersolvers");
  return !exists(usual) && exists(before) ? before : usual;
}

/** The folder of the caches of a user's programs. */
function platformCache(platform: string, { LOCALAPPDATA: local = "" }: Environment, home: string): string {
  if (platform === "darwin") return join(home, "Library", "Caches");
  if (platform === "win32") return local === "" ? join(home, "AppData", "Local") : local;
  return join(home, ".cache");
}
