import { type InputSpec, log, mul, type NamedNodes, type Node } from "../../graph/index.js";
import type { Field } from "../../ode/index.js";
import { controlSpecs, stateType, withOpenParameters } from "../../ode/internal.js";
import { adam, compileTraining } from "../../optim/index.js";
import { type Player, type Trainer, takingTurns } from "../../optim/internal.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import { cast, Random } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import type { Correction } from "../correction/correction.js";
import { CLIP_NORM } from "../fit/vector-fit.js";
import type { StateStream } from "../states/state-stream.js";
import type { Samples, StateSource } from "../states/states.js";
import { type AdversarialNodes, adversarialDistance } from "./adversarial-loss.js";
import type { EffectiveAdversarial } from "./adversarial-table.js";
import { between, boundOf, floatParameters, randomWithin, withinBound } from "./bounded-weights.js";

/** Names of the two sides, and prefixes of their values. */
export const DEFENDER = "correction";
export const ATTACKER = "field";

/** Both sides before the first round. */
export interface AdversarialGame {
  readonly field: Field;
  readonly correction: Correction;
  readonly spec: EffectiveAdversarial;
  readonly states: StateSource | StateStream;
}

/** Values of both sides by `side.parameter`; those of a side that does not play stay as they are. */
export const valuesOf = (field: NamedTensors, correction: NamedTensors): NamedTensors => ({
  ...prefixed(correction, `${DEFENDER}.`),
  ...prefixed(field, `${ATTACKER}.`),
});

/** The two sides of values. */
export const sidesOf = (
  values: NamedTensors,
): { readonly field: NamedTensors; readonly correction: NamedTensors } => ({
  field: withPrefix(values, `${ATTACKER}.`),
  correction: withPrefix(values, `${DEFENDER}.`),
});

/** Whether the field is moved against the correction. */
export const hasAdversary = ({ attackUpdates, fields }: EffectiveAdversarial): boolean =>
  attackUpdates > 0 && fields === "attacked";

/** How far toward a random field a later adversary begins, at most. */
const FARTHEST_START = 0.5;

/** Where an adversary begins: at the given field, or near it. */
export function startOf({ field, spec }: AdversarialGame, number: number): NamedTensors {
  const given = floatParameters(field.parameters);
  if (number === 0 || !hasAdversary(spec)) return given;
  const random = new Random(spec.seed).fork(`start ${number}`);
  return randomWithin(given, boundOf(given, spec.growth), random, FARTHEST_START);
}

/**
 * Correction and field as a trainer of the loop: first the correction descends, then the field climbs.
 * @param values both sides where they begin.
 * @param number of the adversary.
 */
export async function adversaries(
  game: AdversarialGame,
  values: NamedTensors,
  number: number,
  machine: CompileOptions,
): Promise<Trainer> {
  const { spec } = game;
  const random = new Random(spec.seed).fork(`adversary ${number}`);
  const players: Player[] = [];
  if (spec.defenseUpdates > 0) players.push(await defender(game, values, random, machine));
  if (hasAdversary(spec)) players.push(await attacker(game, values, random, machine));
  const turns = takingTurns(players);
  return { ...turns, values: () => ({ ...values, ...turns.values() }) };
}

/** The learning rate of the loop is that of the first player. */
export const leadingRate = ({ defenseUpdates, learningRate, attackRate }: EffectiveAdversarial): number =>
  defenseUpdates > 0 ? learningRate : attackRate;

async function defender(
  game: AdversarialGame,
  values: NamedTensors,
  random: Random,
  machine: CompileOptions,
): Promise<Player> {
  const { field, spec } = game;
  const start = floatParameters(field.parameters);
  const bound = boundOf(start, spec.growth);
  const training = await compileTraining(
    {
      parameters: sidesOf(values).correction,
      batch: { ...placeSpecs(game), ...prefixed(specsOf(start), OTHERS) },
      loss: (own, inputs) => {
        const distance = lossOf(game, inputs, { correction: own, parameters: withPrefix(inputs, OTHERS) });
        return spec.loss === "log" ? log(distance) : distance;
      },
      optimizer: adam(),
      clipNorm: CLIP_NORM,
    },
    { hot: true, ...machine },
  );
  return {
    name: DEFENDER,
    training,
    updates: spec.defenseUpdates,
    batch: async (update, now) => {
      const own = random.fork(`defense ${update}`);
      const attacked = { ...start, ...sidesOf(now).field };
      const met =
        spec.fields === "random" ? randomWithin(start, bound, own) : mixed(start, attacked, spec.mix, own);
      return { ...(await placeOf(game, own)), ...prefixed(met, OTHERS) };
    },
  };
}

/** The attacked field, or with probability `mix` the given one or one on the way between them. */
function mixed(start: NamedTensors, attacked: NamedTensors, mix: number, random: Random): NamedTensors {
  const [chance, share] = [random.uniform(), random.uniform()];
  if (chance >= mix) return attacked;
  return chance < mix / 2 ? start : between(start, attacked, share);
}

async function attacker(
  game: AdversarialGame,
  values: NamedTensors,
  random: Random,
  machine: CompileOptions,
): Promise<Player> {
  const { field, correction, spec } = game;
  const bound = boundOf(floatParameters(field.parameters), spec.growth);
  const training = await compileTraining(
    {
      parameters: sidesOf(values).field,
      batch: { ...placeSpecs(game), ...prefixed(specsOf(correction.parameters), OTHERS) },
      loss: (own, inputs) =>
        mul(lossOf(game, inputs, { correction: withPrefix(inputs, OTHERS), parameters: own }), -1),
      optimizer: adam(),
      clipNorm: CLIP_NORM,
      project: (parameters) => withinBound(parameters, bound),
    },
    { hot: true, ...machine },
  );
  return {
    name: ATTACKER,
    training,
    updates: spec.attackUpdates,
    rate: spec.attackRate / leadingRate(spec),
    batch: async (update, now) => ({
      ...(await placeOf(game, random.fork(`attack ${update}`))),
      ...prefixed({ ...correction.parameters, ...sidesOf(now).correction }, OTHERS),
    }),
  };
}

/** Prefix of the other side's parameters among the inputs of a training program, and of controls. */
const OTHERS = "other ";
const CONTROL = "control ";
const Z0 = "z0";

const specsOf = (tensors: NamedTensors): Record<string, InputSpec> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));

function placeSpecs({ field, spec: { batch } }: AdversarialGame): Record<string, InputSpec> {
  const sized = ({ shape, ...rest }: InputSpec): InputSpec => ({
    ...rest,
    shape: shape.map((size) => (size === "batch" ? batch : size)),
  });
  const controls = Object.entries(controlSpecs(field)).map(([name, spec]) => [name, sized(spec)] as const);
  return { [Z0]: sized(stateType(field)), ...prefixed(Object.fromEntries(controls), CONTROL) };
}

async function placeOf({ states, field, spec }: AdversarialGame, random: Random): Promise<NamedTensors> {
  const { z0, controls }: Samples = await states.training(spec.batch, random);
  return { [Z0]: cast(z0, stateType(field).dtype), ...prefixed(controls, CONTROL) };
}

function lossOf(
  { field, correction, spec }: AdversarialGame,
  inputs: NamedNodes,
  sides: Pick<AdversarialNodes, "correction"> & { readonly parameters: NamedNodes },
): Node {
  const controls = { ...withPrefix(inputs, CONTROL), ...sides.parameters };
  const nodes = { z0: inputs[Z0] as Node, controls, correction: sides.correction };
  return adversarialDistance(withOpenFloats(field), correction, nodes, spec);
}

/** The field with what an adversary moves as inputs; integers stay constants. */
function withOpenFloats(field: Field): Field {
  const floats = floatParameters(field.parameters);
  const others = Object.entries(field.parameters).filter(([name]) => floats[name] === undefined);
  return { ...withOpenParameters({ ...field, parameters: floats }), parameters: Object.fromEntries(others) };
}
