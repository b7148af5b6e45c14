import { fail } from "../../tensor/index.js";
import { jsonCodec } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import type { Run } from "../kit/run.js";
import { type AgentsMetrics, agentsReport, agentsRows, steeringFigures } from "./agents-report.js";
import { type AgentsSpec, agentsPresets, agentsTable } from "./agents-table.js";
import type { FamilyName } from "./family-names.js";
import { leftOut } from "./left-out.js";
import { steering } from "./steering.js";
import { withinFamily } from "./within-family.js";

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
    requireFamilies(spec);
    run.picture(() => steeringFigures(run.found.steering ?? []));
    // Each part is made again when what it depends on is changed, and not else.
    const { families, steered, sharedIterations, agentIterations, costWeights, tolerances, ...within } = spec;
    const { iterations, adaptation, trajectories, heldOut } = spec;
    await each(run, "within", families, {
      name: (family) => `family ${family}`,
      settings: { ...within, seed },
      make: (family, context) => withinFamily(family, spec, seed, context),
    });
    await each(run, "leftOut", families, {
      name: (family) => `left out ${family}`,
      settings: { families, sharedIterations, adaptation, trajectories, heldOut, seed },
      make: (family, context) => leftOut(family, spec, seed, context),
    });
    await each(run, "steering", steered, {
      name: (family) => `agents ${family}`,
      settings: { iterations, trajectories, heldOut, agentIterations, costWeights, tolerances, seed },
      make: (family, context) => steering(family, spec, seed, context),
    });
  },
  rows: agentsRows,
  report: (metrics, figures) => agentsReport(agents.title, metrics, figures),
});

interface Part<T> {
  name(family: FamilyName): string;
  readonly settings: object;
  make(family: FamilyName, context: Run<AgentsMetrics>["context"]): Promise<T>;
}

/** A stage a family, each noted as soon as it is made. */
async function each<Name extends keyof AgentsMetrics>(
  run: Run<AgentsMetrics>,
  member: Name,
  families: readonly FamilyName[],
  { name, settings, make }: Part<AgentsMetrics[Name][number]>,
): Promise<void> {
  const made: AgentsMetrics[Name][number][] = [];
  for (const family of families) {
    made.push(
      await run.stage({
        name: name(family),
        settings,
        codec: jsonCodec<AgentsMetrics[Name][number]>(),
        make: (context) => make(family, context),
      }),
    );
    run.note({ [member]: [...made] } as Partial<AgentsMetrics>);
  }
}

function requireFamilies({ families }: AgentsSpec): void {
  if (new Set(families).size === families.length && families.length >= 2) return;
  throw fail("INVALID_ARGUMENT", {
    what: "families",
    expected: "two or more different ones: one is left out",
    received: families.join(", ") || "none",
  });
}
