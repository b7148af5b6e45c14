import { renderSvg } from "../../plot/index.js";
import type { Artefact } from "../kit/artefact.js";
import type { ExperimentOptions } from "../kit/experiment.js";
import { cnfFigures } from "./cnf-figures.js";
import { cnfReport } from "./cnf-report.js";
import type { CnfRun } from "./run-cnf.js";

/** Figures and report of a run. */
export async function drawnArtefacts(
  run: CnfRun,
  { compile = {} }: Pick<ExperimentOptions, "compile">,
): Promise<Artefact[]> {
  const drawn: { figure: Awaited<ReturnType<typeof cnfFigures>>[number]; svg: string }[] = [];
  for (const figure of await cnfFigures(run, compile)) drawn.push({ figure, svg: await renderSvg(figure) });
  const files = drawn.map(({ figure, svg }) => ({ path: `figures/${figure.name}.svg`, content: svg }));
  return [...files, { path: "report.html", content: cnfReport(run.metrics, drawn) }];
}
