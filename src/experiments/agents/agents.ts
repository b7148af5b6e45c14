import { jsonCodec } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import { type AgentsMetrics, agentsReport, agentsRows, steeringFigures } from "./agents-report.js";
import { type AgentsSpec, agentsPresets, agentsTable } from "./agents-table.js";
import { type LeftOut, leftOut } from "./left-out.js";
import { type Steering, steering } from "./steering.js";
import { type WithinFamily, withinFamily } from "./within-family.js";

/**
 * Section 6 of the paper: one correction for many fields, told their parameters or seeing whom it deals with from their
 * stages, on members and on families that it has not seen; and an agent that chooses the step and whether g is worth it.
 */
export const agents: Experiment<AgentsSpec> = /* @__PURE__ */ defineExperiment<AgentsSpec, AgentsMetrics>({
  name: "agents",
  title: "One correction for many fields, and an agent that chooses the steps",
  presets: agentsPresets,
  table: agentsTable,
  run: async (spec, run, { seed }) => {
    run.picture(() => steeringFigures(run.found.steering ?? []));
    const within: WithinFamily[] = [];
    for (const name of spec.families) {
      within.push(
        await run.stage({
          name: `family ${name}`,
          settings: { spec, seed },
          codec: jsonCodec<WithinFamily>(),
          make: (context) => withinFamily(name, spec, seed, context),
        }),
      );
      run.note({ within: [...within] });
    }
    const left: LeftOut[] = [];
    for (const name of spec.families) {
      left.push(
        await run.stage({
          name: `left out ${name}`,
          settings: { spec, seed },
          codec: jsonCodec<LeftOut>(),
          make: (context) => leftOut(name, spec, seed, context),
        }),
      );
      run.note({ leftOut: [...left] });
    }
    const steerings: Steering[] = [];
    for (const name of spec.steered) {
      steerings.push(
        await run.stage({
          name: `agents ${name}`,
          settings: { spec, seed },
          codec: jsonCodec<Steering>(),
          make: (context) => steering(name, spec, seed, context),
        }),
      );
      run.note({ steering: [...steerings] });
    }
  },
  rows: agentsRows,
  report: (metrics, figures) => agentsReport(agents.title, metrics, figures),
});
