import {
  type Correction,
  decodeCorrection,
  encodeCorrection,
  fingerprintOf,
} from "../../hypersolver/index.js";
import type { Field } from "../../ode/index.js";
import type { CheckpointStore } from "../kit/experiment.js";
import type { FitMetrics, FitRun } from "./run-fit.js";

/** What the rest of an experiment needs of a fit. */
export interface KeptFit {
  readonly correction: Correction;
  readonly metrics: FitMetrics;
  /** `correction.onnx`. */
  readonly content: Uint8Array;
}

export const keptFitOf = ({ correction, metrics, card }: FitRun): KeptFit => ({
  ...{ correction, metrics },
  content: encodeCorrection(correction, card),
});

/** Complete fits of an interrupted run, so that it need not make them again. */
export interface KeptFits {
  /** @param settings whatever the fit depends on beside the field: another fit is not taken for it. */
  read(file: string, settings: unknown): Promise<KeptFit | undefined>;
  write(file: string, settings: unknown, fit: KeptFit): Promise<void>;
}

/** Fits of corrections for a field, in a store of checkpoints. */
export function keptFits(field: Field, checkpoints: CheckpointStore): KeptFits {
  const fingerprint = fingerprintOf(field);
  const key = (settings: unknown): string => JSON.stringify({ fingerprint, settings });
  const names = (file: string) => ({ content: `kept-${file}`, story: `kept-${file}.json` });
  return {
    read: async (file, settings) => {
      const name = names(file);
      const [story, content] = [await checkpoints.read(name.story), await checkpoints.read(name.content)];
      if (story === undefined || content === undefined) return undefined;
      const { of, metrics } = JSON.parse(new TextDecoder().decode(story), fromJson) as Story;
      return of === key(settings)
        ? { correction: decodeCorrection(content, name.content), metrics, content }
        : undefined;
    },
    write: async (file, settings, { metrics, content }) => {
      const name = names(file);
      const story: Story = { of: key(settings), metrics };
      // The story last: without it the rest does not count.
      await checkpoints.write(name.content, content);
      await checkpoints.write(name.story, new TextEncoder().encode(JSON.stringify(story, toJson)));
    },
  };
}

interface Story {
  readonly of: string;
  readonly metrics: FitMetrics;
}

/** JSON has no NaN and no infinities, which are what a method that broke has for numbers. */
const toJson = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;

const fromJson = (_: string, value: unknown): unknown =>
  value instanceof Object && "number" in value ? Number(value.number) : value;
