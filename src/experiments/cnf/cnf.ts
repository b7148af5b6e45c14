import { densities, densityNamed } from "../../data/index.js";
import { encodeSolver, hyper } from "../../hypersolver/index.js";
import { decodeFlow, densityData } from "../../models/index.js";
import type { DescribedFlow } from "../../models/internal.js";
import { heun, midpoint } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import { fitStage, type KeptFit } from "../fit/fit-stage.js";
import { flowStage } from "../flow/flow-stage.js";
import { baseStates } from "../flow/flow-states.js";
import { jsonCodec } from "../kit/codec.js";
import type { Competitor } from "../kit/competitor.js";
import { digest } from "../kit/digest.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import { cnfDrawings } from "./cnf-figures.js";
import { type CnfFits, cnfFitJobs, fitOfBoth, fitOfDensity, samplingFits } from "./cnf-fits.js";
import type { CnfMetrics } from "./cnf-metrics.js";
import { cnfReport, cnfRows } from "./cnf-report.js";
import { cnfTable } from "./cnf-table.js";
import { densityMethods, densityQuality } from "./density-quality.js";
import { measureSamples } from "./measure-samples.js";
import { type CnfPreset, cnfPresets } from "./presets.js";
import type { SampleContest } from "./sample-contest.js";

/**
 * Section 4.2 of the paper: continuous normalizing flows over planar densities, sampled in two evaluations. Trains a flow,
 * fits corrections for sampling and for densities, and measures what they are worth.
 */
export const cnf: Experiment<CnfPreset> = /* @__PURE__ */ defineExperiment<CnfPreset, CnfMetrics>({
  name: "cnf",
  title: "Continuous normalizing flows, sampled in two evaluations",
  densities: Object.keys(densities),
  parallel: "batch",
  presets: cnfPresets,
  table: cnfTable,
  run: async (preset, run, { density: name = "pinwheel", seed, command }) => {
    const { network, phases, validations, heldOut, samples, seeds } = preset;
    const density = densityNamed(name);
    const data = densityData(density, seed);
    run.note({ density: name });
    const request = {
      data,
      title: `A flow over ${name}`,
      command,
      heldOut,
      spec: { network, phases, validations, seed },
      entropy: density.entropy,
    };
    const trained = await run.stage(flowStage(request, run.file));
    run.note({ flow: trained.metrics });
    await run.file("flow.onnx", trained.content);
    // Everything after training works on what users get.
    const flow = decodeFlow(trained.content, "flow.onnx");
    const fits: Record<string, KeptFit> = {};
    for (const drawing of cnfDrawings({ data, flow, fits, run, seed })) run.picture(drawing);
    for (const job of cnfFitJobs(flow, data, preset, { seed, command })) {
      const fit = await run.stage(fitStage(job, run.file));
      fits[job.name] = fit;
      await run.file(job.file, fit.content);
      if (job.file === "correction.onnx") await run.file("solver.onnx", await solverOf(flow, fit, seed));
      const ofSampling = Object.entries(samplingFits(fits)).map(([method, { metrics }]) => [method, metrics]);
      run.note({ sampling: Object.fromEntries(ofSampling) });
    }
    const inputs = [trained.content, ...Object.values(fits).map(({ content }) => content)].map(digest);
    const measured = { density: name, samples, seeds, seed };
    run.note(
      await run.stage({
        name: "samples",
        settings: measured,
        inputs,
        codec: jsonCodec<SampleContest>(),
        make: (context) => measureSamples(flow, samplingFits(fits), measured, asUsersHave(context)),
      }),
    );
    const points = { flow, data: data.heldOut(heldOut), methods: densityMethodsOf(fits) };
    const rows = await run.stage({
      name: "densities",
      settings: { heldOut, seed },
      inputs,
      codec: jsonCodec<CnfMetrics["densities"]>(),
      make: (context) => densityQuality(points, asUsersHave(context)),
    });
    run.note({ densities: rows });
  },
  rows: cnfRows,
  report: cnfReport,
});

/** The sampler of two evaluations in one file. */
async function solverOf(flow: DescribedFlow, { correction }: KeptFit, seed: number): Promise<Uint8Array> {
  const { field, span } = flow;
  const draws = await baseStates(flow).heldOut(GOLDEN_DRAWS, new Random(seed));
  return encodeSolver(field, hyper(correction, { steps: 1 }), span, draws);
}

/** Draws for the self-test of a solver's file. */
const GOLDEN_DRAWS = 4;

/** Threads share the rows in training; what is timed are samplers as users have them. */
function asUsersHave({ parallel: _, ...context }: RunContext): RunContext {
  return context;
}

function densityMethodsOf(fits: CnfFits): Competitor[] {
  const { HyperMidpoint, HyperHeun } = samplingFits(fits);
  return densityMethods([midpoint, heun], {
    "HyperMidpoint, fitted for sampling": HyperMidpoint?.correction,
    "HyperHeun, fitted for sampling": HyperHeun?.correction,
    "HyperMidpoint, fitted both ways": fitOfBoth(fits)?.correction,
    "HyperMidpoint of (z, log p)": fitOfDensity(fits)?.correction,
  });
}
