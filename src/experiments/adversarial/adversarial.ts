import { bind, encodeOnnx } from "../../graph/index.js";
import type { Field } from "../../ode/index.js";
import type { ArrowPanel } from "../../plot/index.js";
import { machineOf } from "../../runtime/internal.js";
import { Random } from "../../tensor/index.js";
import { fieldPanel } from "../flow/field-panel.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import { courseFigures, dynamicsFigure } from "./adversarial-figures.js";
import { adversarialReport, adversarialRows } from "./adversarial-report.js";
import {
  type AdversarialExperimentSpec,
  adversarialExperimentTable,
  adversarialPresets,
} from "./adversarial-spec.js";
import { type AdversarialMetrics, groundOf, playGames, SPAN } from "./game.js";

/** What is kept of the games of a seed. */
interface KeptGames extends AdversarialMetrics {
  readonly panels: readonly ArrowPanel[];
  /** The drawn fields as models, by title. */
  readonly models: Readonly<Record<string, Uint8Array>>;
}

const gamesCodec: Codec<KeptGames> = {
  encode: ({ models, ...games }) => ({ ...models, json: encodeJson(games) }),
  decode: ({ json, ...models }) => ({ ...decodeJson<Omit<KeptGames, "models">>(json), models }),
};

/** `after an attack`: fields/after-an-attack.onnx. */
const fileOf = (title: string): string => `fields/${title.replaceAll(" ", "-")}.onnx`;
const modelOf = ({ graph, parameters }: Field): Uint8Array =>
  encodeOnnx(bind(graph, parameters), { weights: parameters });

/** Half the side of the drawn square, and trajectories in it. */
const REACH = 3;
const TRAJECTORIES = 25;

/**
 * Equation 6 and appendix B.2 of the paper: an adversary makes a flow's field hard to solve, against a correction that was
 * fitted to the field as it was and against one that learns meanwhile; both on fields that neither has met.
 */
export const adversarial: Experiment<AdversarialExperimentSpec> = /* @__PURE__ */ defineExperiment<
  AdversarialExperimentSpec,
  AdversarialMetrics
>({
  name: "adversarial",
  title: "A hypersolver against an adversary that makes its field stiff",
  presets: adversarialPresets,
  table: adversarialExperimentTable,
  run: async (spec, run, { seed }) => {
    const { panels, models, ...games } = await run.stage<KeptGames>({
      name: "games",
      settings: { spec, seed },
      codec: gamesCodec,
      make: async (context) => {
        const ground = await groundOf(spec, seed, context);
        const { drawn, ...played } = await playGames(ground, spec, seed, context);
        const z0 = (await ground.states.heldOut(TRAJECTORIES, new Random(seed))).z0;
        const shown: ArrowPanel[] = [];
        for (const [label, field] of Object.entries(drawn)) {
          const options = { label, s: 0.5, reach: REACH, z0, span: SPAN };
          shown.push(await fieldPanel(field, options, machineOf(context)));
        }
        const kept = Object.entries(drawn).map(([title, field]) => [title, modelOf(field)]);
        return { ...played, panels: shown, models: Object.fromEntries(kept) };
      },
    });
    for (const [title, content] of Object.entries(models)) await run.file(fileOf(title), content);
    run.note(games);
    run.picture(() => [dynamicsFigure(panels, REACH), ...courseFigures(games.courses)]);
  },
  rows: adversarialRows,
  report: (metrics, figures) => adversarialReport(adversarial.title, metrics, figures),
});
