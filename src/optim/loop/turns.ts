import type { NamedTensors } from "../../runtime/index.js";
import { fail } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import type { StepResult, Training } from "../training.js";
import type { Trainer, TrainerStep } from "./trainer.js";

/** One of several that learn in turn, each by a loss and an optimizer of its own. */
export interface Player {
  /** Prefix of its values and of what continues it: `field` for `field.0.weight`. Without dots. */
  readonly name: string;
  readonly training: Training;
  /** Updates a round. Default 1. */
  readonly updates?: number | undefined;
  /** Its learning rate is that of the loop times this. Default 1. */
  readonly rate?: number | undefined;
  /**
   * What one update is fed: a mini-batch, and what the loss needs of the other players.
   * @param update counts from 0 over all rounds of the phase.
   * @param values of all players as they are now, by `player.parameter`.
   */
  batch(update: number, values: NamedTensors): NamedTensors | Promise<NamedTensors>;
}

/**
 * Several trainings as one `Trainer`: an iteration is a round, in which every player makes its updates, one player after
 * another, each against what the others have become. With opposite losses they are adversaries (min over one, max over the
 * other, by alternating gradient steps), with losses that agree partners.
 *
 * The loss of a round is the first player's, those of the others are metrics by name; means over the updates. Metrics of the
 * players' own keep their names, with the values of the last update. A round ends at the first update that cannot be taken,
 * and counts as not taken.
 * @throws INVALID_ARGUMENT for no players, or names that are empty, repeated or with dots.
 */
export function takingTurns(players: readonly Player[]): Trainer {
  checkNames(players.map(({ name }) => name));
  const joined = (of: (player: Player) => NamedTensors): NamedTensors =>
    Object.assign({}, ...players.map((player) => prefixed(of(player), `${player.name}.`)));
  const values = (): NamedTensors => joined(({ training }) => training.parameters());
  return {
    step: async (iteration, learningRate) => {
      const losses: [name: string, loss: number][] = [];
      const metrics: Record<string, number> = {};
      for (const player of players) {
        const { name, updates = 1, rate = 1 } = player;
        let total = 0;
        for (let i = 0; i < updates; i++) {
          const batch = await player.batch(iteration * updates + i, values());
          const result = await player.training.step(batch, rate * learningRate);
          if (!result.taken) return notTaken(name, result);
          total += result.loss;
          Object.assign(metrics, result.metrics);
        }
        if (updates > 0) losses.push([name, total / updates]);
      }
      const [[, loss] = ["", Number.NaN], ...others] = losses;
      return { loss, taken: true, metrics: { ...metrics, ...Object.fromEntries(others) } };
    },
    values,
    state: () => joined(({ training }) => training.state()),
    restore: (state) => {
      for (const { name, training } of players) training.restore(withPrefix(state, `${name}.`));
    },
    dispose: async () => {
      for (const { training } of players) await training.dispose();
    },
  };
}

function notTaken(name: string, { loss, gradientNorm }: StepResult): TrainerStep {
  const what = Number.isFinite(loss) ? `a gradient of norm ${gradientNorm}` : `the loss ${loss}`;
  return { loss, taken: false, broken: { broken: "NON_FINITE", reason: `${what} for ${name}` } };
}

function checkNames(names: readonly string[]): void {
  const isLegal = (name: string, i: number): boolean =>
    name !== "" && !name.includes(".") && names.indexOf(name) === i;
  if (names.length > 0 && names.every(isLegal)) return;
  throw fail("INVALID_ARGUMENT", {
    what: "players",
    expected: "at least one, with different names without dots",
    received: names.join(", ") || "none",
  });
}
