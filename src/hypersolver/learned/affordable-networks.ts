import { type Field, fieldMacs } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { correctionBlocks } from "./corrected-coefficients.js";

/** Position and size of the networks on coefficients, for states that are vectors. */
export interface VectorNetworks {
  /** Evaluations from one correction to the next. */
  readonly every: number;
  readonly hidden: readonly number[];
  /** Whether there is no matrix beside the layers. */
  readonly layersAlone: boolean;
  /** Sums that they see; undefined: state and evaluations as they are. */
  readonly mixes?: number;
}

/** The networks for few components. */
export const USUAL_NETWORKS: VectorNetworks = { every: 2, hidden: [64, 64, 64], layersAlone: false };

/** Widths of two layers on sums of state and evaluations; narrower ones where the fewest sums are still too dear. */
const [widest, ...narrower] = [64, 48, 32, 24, 16] as const;
const FEWEST_MIXES = 2;

/** States of more components than this are sparse however many are drawn, and networks on them cost what f costs. */
export const FEW_COMPONENTS = 16;

/** Narrower networks learn nothing. */
const FEWEST_UNITS = 8;

/** What may be chosen. */
interface Choice {
  /** Whether networks may see sums: not where they see other things than state and evaluations. Default true. */
  readonly canMix?: boolean;
}

/**
 * The best networks whose arithmetic, all corrections of a solve together, stays below one evaluation of f: then no solver
 * of equal arithmetic has an evaluation more. Where f costs enough, these are corrections every two evaluations, on as many
 * sums as there are terms; else one correction at the end, on as many as are affordable.
 * @returns the smallest networks where none is as cheap; the usual ones for few components and for states that are no vectors.
 */
export function affordableNetworks(
  field: Field,
  evaluations: number,
  { canMix = true }: Choice = {},
): VectorNetworks {
  if (!hasManyComponents(field)) return USUAL_NETWORKS;
  const [, components = 1] = stateType(field).shape.map(Number);
  const budget = fieldMacs(field);
  const choices = [...(canMix ? onSums(evaluations) : onEverything(evaluations)), ...alone(evaluations)];
  const found = choices.find((choice) => networkMacs(components, evaluations, choice) < budget);
  return found ?? narrowest(components, evaluations, budget);
}

/** The networks after every so many evaluations, whatever they cost. */
export const usualNetworks = (
  field: Field,
  every: number = USUAL_NETWORKS.every,
  { canMix = true }: Choice = {},
): VectorNetworks =>
  canMix && hasManyComponents(field) ? mixed(widest, every, every + 1) : { ...USUAL_NETWORKS, every };

function hasManyComponents(field: Field): boolean {
  const [, components = 1, ...axes] = stateType(field).shape.map(Number);
  return components > FEW_COMPONENTS && axes.length === 0;
}

const mixed = (units: number, every: number, mixes: number): VectorNetworks => ({
  ...{ hidden: [units, units], every, mixes },
  layersAlone: false,
});

/** Networks on sums, the best first. */
function onSums(evaluations: number): VectorNetworks[] {
  const { every } = USUAL_NETWORKS;
  const atEnd = Array.from({ length: evaluations }, (_, i) =>
    mixed(widest, evaluations, evaluations + 1 - i),
  );
  return [
    ...(evaluations > every ? [mixed(widest, every, every + 1)] : []),
    ...atEnd.filter(({ mixes = 0 }) => mixes >= FEWEST_MIXES),
    ...narrower.map((units) => mixed(units, evaluations, FEWEST_MIXES)),
  ];
}

/** Networks that see state and evaluations as they are. */
const onEverything = (evaluations: number): VectorNetworks[] => [
  USUAL_NETWORKS,
  { ...USUAL_NETWORKS, every: evaluations },
];

/** Layers without a matrix. */
function alone(evaluations: number): VectorNetworks[] {
  const [width = 0] = USUAL_NETWORKS.hidden;
  return [3, 2].map((layers) => ({
    every: evaluations,
    hidden: new Array<number>(layers).fill(width),
    layersAlone: true,
  }));
}

/** One layer without a matrix, as wide as is affordable. */
function narrowest(components: number, evaluations: number, budget: number): VectorNetworks {
  const [width = 0] = USUAL_NETWORKS.hidden;
  const every = evaluations;
  const perUnit = networkMacs(components, evaluations, { every, hidden: [1], layersAlone: true });
  const units = Math.max(FEWEST_UNITS, Math.min(width, Math.ceil(budget / perUnit) - 1));
  return { every, hidden: [units], layersAlone: true };
}

/** Multiply–accumulates of all corrections of a solve: networks that see the state and all evaluations since the last. */
export function networkMacs(
  components: number,
  evaluations: number,
  { every, hidden, layersAlone, mixes }: VectorNetworks,
): number {
  return correctionBlocks(evaluations, every).reduce((before, { start, end }) => {
    const sources = 1 + end - start;
    const seen = Math.min(sources, mixes ?? sources) * components;
    const mixed = mixes === undefined ? 0 : sources * (seen + components);
    const total = before + mixed;
    const extras = mixes === undefined ? 0 : sources + Math.min(sources, mixes);
    const widths = [seen, ...hidden, components + extras];
    const layers = widths.slice(1).map((width, i) => width * (widths[i] ?? 0));
    const straight = layersAlone ? 0 : seen * components;
    return layers.reduce((sum, macs) => sum + macs, total + straight);
  }, 0);
}
