import { cast, type Node } from "../../graph/index.js";
import type { Field, NonStationaryCoefficients, Span } from "../../ode/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { item, scalar, type Tensor } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import type { CorrectionNetwork } from "../correction/correction.js";
import { coefficientsAt, type Freedom, startingDeviations } from "./coefficient-parameters.js";
import { correctionBlocks } from "./corrected-coefficients.js";
import { type CorrectedMethod, corrected } from "./corrected-method.js";
import { correctedScheme } from "./corrected-scheme.js";
import type { LearnedForm } from "./learned-form.js";
import { masterWeights, withMasterWeights } from "./master-weights.js";
import { coefficientNodes, floatState } from "./pair-program.js";

/** What networks are put on, and which coefficients move with them. */
export interface CorrectedStart {
  readonly coefficients: NonStationaryCoefficients;
  readonly freedom: Freedom;
  readonly every: number;
  /** Untrained. */
  readonly networks: readonly CorrectionNetwork[];
  /** The same network, trained, as it is handed out: with its statistics folded into its weights. */
  readonly finish: (network: CorrectionNetwork, index: number) => CorrectionNetwork;
}

/** Coefficients with corrections on top: deviations by their names, `gain 0`, and weights as `g0 0.weight`. */
export function correctedForm(field: Field, start: CorrectedStart, span: Span): LearnedForm<CorrectedMethod> {
  const { coefficients, freedom, every, networks, finish } = start;
  const { dtype } = floatState(field);
  const count = correctionBlocks(coefficients.times.length, every).length;
  const gainNames = Array.from({ length: count }, (_, i) => `gain ${i}`);
  const weights = networks.map((network, i) => prefixed(masterWeights(network), `g${i} `));
  return {
    initial: {
      ...startingDeviations(coefficients, freedom),
      ...Object.fromEntries(gainNames.map((name) => [name, scalar(1, "float64")])),
      ...(Object.assign({}, ...weights) as NamedTensors),
    },
    scheme: (values) => {
      const own = (name: string): Node => cast(values[name] as Node, dtype);
      const moved = coefficientNodes(coefficients, freedom, values, dtype);
      const solver = { coefficients: moved, every, networks, gains: gainNames.map(own) };
      return correctedScheme(field, solver, (network, name) => own(`g${network} ${name}`));
    },
    method: (values) => {
      const trained = networks.map((network, i) =>
        finish(withMasterWeights(network, withPrefix(values, `g${i} `)), i),
      );
      const gains = gainNames.map((name) => item(values[name] as Tensor));
      const solver = {
        coefficients: coefficientsAt(coefficients, freedom, values),
        every,
        networks: trained,
        gains,
      };
      return corrected(solver, span);
    },
  };
}
