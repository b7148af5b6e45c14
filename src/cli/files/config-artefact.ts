import type { Artefact } from "../../experiments/index.js";
import { jsonText } from "../terminal/output.js";

/** What repeats a run: `--config RUN/config.json`. */
export const CONFIG_FILE = "config.json";

/** A spec as a file of the run's folder. */
export const configArtefact = (spec: object): Artefact => ({
  path: CONFIG_FILE,
  content: `${jsonText(spec)}\n`,
});
