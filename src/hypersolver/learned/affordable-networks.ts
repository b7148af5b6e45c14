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

/** The networks for few components, and for many where f costs enough. */
export const USUAL_NETWORKS: VectorNetworks = { every: 2, hidden: [64, 64, 64], layersAlone: false };

/** Sums of state and evaluations: what the last adds to those before it, and what that before it does. */
const MIXES = 2;

/** Widths of two layers on them. */
const MIXED_WIDTHS = [64, 48, 32, 24, 16];

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
 * The largest networks whose arithmetic, all corrections of a solve together, stays below one evaluation of f: then no solver
 * of equal arithmetic has an evaluation more. Where f is cheap, that is one correction at the end, on sums of what it could
 * see if nothing larger is affordable.
 * @returns the smallest networks where none is as cheap; the usual ones for states that are no vectors.
 */
export function affordableNetworks(
  field: Field,
  evaluations: number,
  { canMix = true }: Choice = {},
): VectorNetworks {
  const [, components = 1, ...axes] = stateType(field).shape.map(Number);
  if (components <= FEW_COMPONENTS || axes.length > 0) return USUAL_NETWORKS;
  const budget = fieldMacs(field);
  const every = evaluations;
  const [width = 0] = USUAL_NETWORKS.hidden;
  const perUnit = networkMacs(components, evaluations, { every, hidden: [1], layersAlone: true });
  const narrow = Math.max(FEWEST_UNITS, Math.min(width, Math.ceil(budget / perUnit) - 1));
  const choices: VectorNetworks[] = [
    USUAL_NETWORKS,
    { ...USUAL_NETWORKS, every },
    ...(canMix
      ? MIXED_WIDTHS.map((units) => ({ hidden: [units, units], every, layersAlone: false, mixes: MIXES }))
      : []),
    { hidden: [width, width, width], every, layersAlone: true },
    { hidden: [width, width], every, layersAlone: true },
  ];
  const found = choices.find((choice) => networkMacs(components, evaluations, choice) < budget);
  return found ?? { hidden: [narrow], every, layersAlone: true };
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
