import { densities, densityNamed } from "../../data/index.js";
import type { Experiment } from "../kit/experiment.js";
import { drawnArtefacts } from "./cnf-artefacts.js";
import { cnfSummary } from "./cnf-report.js";
import { runCnf } from "./run-cnf.js";

/** Section 4.2 of the paper: continuous normalizing flows over planar densities, sampled in two evaluations. */
export const cnf: Experiment = {
  name: "cnf",
  title: "Continuous normalizing flows, sampled in two evaluations",
  densities: Object.keys(densities),
  parallel: "batch",
  run: async (options) => {
    const run = await runCnf(densityNamed(options.density ?? "pinwheel"), options);
    const { metrics } = run;
    return {
      ...{ summary: cnfSummary(metrics), metrics, status: metrics.status },
      artefacts: [
        ...run.artefacts,
        { path: "metrics.json", content: `${JSON.stringify(metrics, undefined, 2)}\n` },
        ...(await drawnArtefacts(run, options)),
      ],
    };
  },
};
