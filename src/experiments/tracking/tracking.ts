import { fingerprintOf } from "../../hypersolver/internal.js";
import { adaptive, dopri5, euler, type Field, fixed, midpoint, rk4 } from "../../ode/index.js";
import { Random } from "../../tensor/index.js";
import { type ComparisonRow, compareMethods } from "../fit/comparison.js";
import { jsonCodec } from "../kit/codec.js";
import type { Competitor } from "../kit/competitor.js";
import { digest } from "../kit/digest.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import type { Run } from "../kit/run.js";
import { fieldIn, fieldStage, fileOf, SPAN, STATES, type TrackingField } from "./tracking-field.js";
import { type DrawnPaths, pathsOf, trackingFigures } from "./tracking-figures.js";
import {
  fitFile,
  fitTitles,
  LEAST_NFE,
  MIDDLE_STEPS,
  MOST_NFE,
  methodOfFit,
  type TrackingFit,
  trackingFitStage,
} from "./tracking-fits.js";
import { type TrackingMetrics, trackingReport, trackingRows } from "./tracking-report.js";
import { type TrackingSpec, trackingPresets, trackingTable } from "./tracking-spec.js";

/**
 * A Galerkin Neural ODE that tracks a periodic signal, and hypersolvers of Euler for it beside midpoint and RK4: appendix
 * C.1 and figure 8 of the paper.
 */
export const tracking: Experiment<TrackingSpec> = /* @__PURE__ */ defineExperiment<
  TrackingSpec,
  TrackingMetrics
>({
  name: "tracking",
  title: "A Galerkin Neural ODE that tracks a signal, and HyperEuler for it",
  presets: trackingPresets,
  table: trackingTable,
  run: async (spec, run, { seed }) => {
    let paths: DrawnPaths | undefined;
    run.picture(() => trackingFigures(run.found, paths));
    const fields = await trainAll(spec, run, seed);
    const [first] = fields;
    if (first === undefined) return;
    const field = fieldIn(first);
    const fits = await fitAll(field, spec, run, seed);
    const comparison = await run.stage({
      name: "comparison",
      settings: { spec, seed },
      inputs: [fingerprintOf(field), ...fits.map(({ content }) => digest(content))],
      codec: jsonCodec<readonly ComparisonRow[]>(),
      make: async (context) => {
        const samples = await STATES.heldOut(spec.heldOut, new Random(seed));
        return compareMethods({ field, methods: competitors(fits), span: SPAN, samples }, context);
      },
    });
    run.note({ comparison });
    paths = await run.stage({
      name: "paths",
      settings: { spec, seed },
      inputs: [fingerprintOf(field), ...fits.map(({ content }) => digest(content))],
      codec: jsonCodec<DrawnPaths>(),
      make: (context) => pathsOf(field, fits[0], spec.waves, seed, context),
    });
  },
  rows: trackingRows,
  report: (metrics, figures) => trackingReport(tracking.title, metrics, figures),
});

/** One field after another, each told and written as soon as it is there. */
async function trainAll(
  spec: TrackingSpec,
  run: Run<TrackingMetrics>,
  seed: number,
): Promise<TrackingField[]> {
  const fields: TrackingField[] = [];
  for (const basis of new Set(spec.bases)) {
    const trained = await run.stage(fieldStage(basis, spec, seed));
    fields.push(trained);
    run.note({ fields: fields.map(({ content: _, ...facts }) => facts) });
    await run.file(fileOf(basis), trained.content);
  }
  return fields;
}

async function fitAll(
  field: Field,
  spec: TrackingSpec,
  run: Run<TrackingMetrics>,
  seed: number,
): Promise<TrackingFit[]> {
  const fits: TrackingFit[] = [];
  for (const fit of new Set(spec.fits)) {
    const fitted = await run.stage(trackingFitStage(fit, field, spec, seed));
    fits.push(fitted);
    run.note({ fits: fits.map(({ content: _, ...facts }) => facts) });
    await run.file(fitFile(fit), fitted.content);
  }
  return fits;
}

/** Evaluations beyond the range, where classical methods catch up. */
const MORE_NFE = [32, 48, 64, 96, 128];
/** Of dopri5: from so loose that it takes its fewest evaluations. */
const TOLERANCES = [1e-1, 1e-2, 1e-3];

/** Euler, midpoint and RK4 at every number of evaluations, each hypersolver at every number of the range, and step control. */
function competitors(fits: readonly TrackingFit[]): Competitor[] {
  const range = Array.from({ length: MOST_NFE - LEAST_NFE + 1 }, (_, i) => LEAST_NFE + i);
  const classical = [euler, midpoint, rk4].flatMap((tableau) => {
    const stages = tableau.b.length;
    const counts = [...range, ...MORE_NFE].map((nfe) => Math.floor(nfe / stages));
    const role = tableau === euler ? ("base" as const) : ("other" as const);
    return [...new Set(counts)].map((steps): Competitor => ({ method: fixed(tableau, { steps }), role }));
  });
  const corrected = fits.flatMap((fit) =>
    range.map(
      (steps): Competitor => ({
        method: methodOfFit(fit, steps),
        title: fitTitles[fit.fit],
        role: "hypersolver",
        // Labels of all would hide each other.
        fitted: steps === MIDDLE_STEPS,
      }),
    ),
  );
  const controlled = TOLERANCES.map(
    (tolerance): Competitor => ({
      method: adaptive(dopri5, { rtol: tolerance, atol: tolerance }),
      role: "reference",
    }),
  );
  return [...classical, ...corrected, ...controlled];
}
