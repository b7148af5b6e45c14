import { fingerprintOf } from "../../hypersolver/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { clockOf } from "../../runtime/internal.js";
import { isBroken, unlessItBreaks } from "../../tensor/index.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import { labelsOf } from "../kit/competitor.js";
import type { Stage } from "../kit/stage.js";
import type { TuneGround } from "./ground.js";
import { measureQuickly } from "./measure-trial.js";
import type { BrokenTrial, Candidate, Family, Made, TrialRecord } from "./trial.js";

/** What came of a candidate: its record, and the method where it did not break. */
type Outcome = { readonly record: TrialRecord | BrokenTrial } & Partial<Pick<Made, "method" | "file">>;

/**
 * A candidate made and measured, as one record of the ledger.
 * @param onMake called before it is made; not where the ledger has it already.
 */
export function trialStage(candidate: Candidate, ground: TuneGround, onMake: () => void): Stage<Outcome> {
  const { name, family, settings } = candidate;
  const { field, span, spec, states } = ground;
  const { quantile, relative, samples, batch, seed } = spec;
  return {
    name,
    settings: { settings, span, states: states.description, quantile, relative, samples, batch, seed },
    inputs: [fingerprintOf(field)],
    codec: outcomeCodec(candidate),
    isWhole: ({ record }) => isBroken(record) || record.fit?.status !== "interrupted",
    make: async (context, checkpoint) => {
      onMake();
      const clock = clockOf(context);
      const begun = clock();
      const seconds = (): number => (clock() - begun) / 1000;
      const result = await unlessItBreaks(measured(candidate, ground, context, checkpoint));
      if (isBroken(result)) return { record: { ...result, name, family, seconds: seconds() } };
      return { ...result, record: { ...result.record, seconds: seconds() } };
    },
  };
}

async function measured(
  candidate: Candidate,
  ground: TuneGround,
  context: RunContext,
  checkpoint: Parameters<Candidate["make"]>[1],
): Promise<Outcome & { readonly record: TrialRecord }> {
  const { name, family } = candidate;
  const { method, file, fit, title = method.title } = await candidate.make(context, checkpoint);
  const measurement = await measureQuickly(ground, method, context);
  const labels = labelsOf({ method, role: roleOf(family), title });
  return { method, file, record: { ...labels, ...measurement, name, family, fit, seconds: 0 } };
}

const roleOf = (family: Family): "other" | "reference" | "hypersolver" =>
  family === "classical" || family === "student"
    ? "other"
    : family === "adaptive"
      ? "reference"
      : "hypersolver";

const outcomeCodec = ({ load }: Candidate): Codec<Outcome> => ({
  encode: ({ record, file }) => {
    const json = encodeJson({ record, path: file?.path });
    return file === undefined ? { json } : { json, learned: file.content };
  },
  decode: ({ json, learned }) => {
    const { record, path = "" } = decodeJson<{ record: Outcome["record"]; path?: string }>(json);
    if (isBroken(record)) return { record };
    const file = { path, content: learned ?? new Uint8Array() };
    return { record, method: load(file, record.spelling), file: learned === undefined ? undefined : file };
  },
});
