import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The variable that names another folder for what is kept between runs. */
export const CACHE_VARIABLE = "HYPERSOLVERS_CACHE";

/**
 * Where data sets are kept: the folder that is asked for, or that of HYPERSOLVERS_CACHE, or `hypersolvers` in the
 * user's cache: XDG_CACHE_HOME where it is an absolute path (others are ignored, as the XDG base directory
 * specification wants), else `.cache` in the home folder.
 * @param environment default: that of the process.
 */
export function cacheFolder(
  wanted?: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): string {
  const { [CACHE_VARIABLE]: own = "", XDG_CACHE_HOME: shared = "" } = environment;
  if (wanted !== undefined && wanted !== "") return wanted;
  if (own !== "") return own;
  return join(isAbsolute(shared) ? shared : join(home, ".cache"), "hypersolvers");
}
