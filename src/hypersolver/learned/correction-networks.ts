import { type NamedNodes, sub, trace } from "../../graph/index.js";
import type { Field, NonStationaryCoefficients, Span } from "../../ode/index.js";
import { graphAlgebra } from "../../ode/internal.js";
import { compile, type NamedTensors, type RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { Random, rows, type Tensor } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import { type CorrectionNetwork, siteInputs } from "../correction/correction.js";
import { subjectOf } from "../states/subject.js";
import { correctionBlocks } from "./corrected-coefficients.js";
import { correctedStep } from "./corrected-scheme.js";
import { type EndPairs, pairFeeds } from "./end-pairs.js";
import { floatState, pairSpecs, siteOf } from "./pair-program.js";
import { type NetworkLook, scaledNetwork } from "./scaled-network.js";

/** How networks are made. */
export interface NetworkChoice extends NetworkLook {
  readonly every: number;
  /** One network for all corrections. */
  readonly shared: boolean;
  readonly seed: number;
}

/** Networks before training. */
export interface StartingNetworks {
  readonly networks: readonly CorrectionNetwork[];
  /** The same network, trained, with its statistics inside its weights: cheaper to run. */
  readonly finish: (network: CorrectionNetwork, index: number) => CorrectionNetwork;
}

/** Pairs that statistics are taken from. */
const STATISTICS = { vectors: 4096, images: 16 };

/**
 * Networks for every correction on given coefficients, scaled by what they will see and by how far the coefficients alone
 * are from the reference.
 */
export async function startingNetworks(
  field: Field,
  coefficients: NonStationaryCoefficients,
  choice: NetworkChoice,
  pairs: EndPairs & { readonly span: Span },
  context: RunContext,
): Promise<StartingNetworks> {
  const { end, seen } = await firstSight(field, coefficients, choice, pairs, context);
  const groups = choice.shared ? [seen] : seen.map((one) => [one]);
  const random = new Random(choice.seed).fork("networks");
  const made = groups.map((group, i) =>
    scaledNetwork(field, choice, { seen: group, wanted: end }, random.fork(`network ${i}`)),
  );
  return {
    networks: made.map(({ network }) => network),
    finish: (network, index) => made[index]?.finish(network) ?? network,
  };
}

/** What every correction is shown on some of the pairs, and how far the coefficients alone end from the reference. */
async function firstSight(
  field: Field,
  coefficients: NonStationaryCoefficients,
  { every, inputs, features }: NetworkChoice,
  { span: [t0, t1], ...pairs }: EndPairs & { readonly span: Span },
  context: RunContext,
): Promise<{ readonly end: Tensor; readonly seen: readonly NamedTensors[] }> {
  const count = STATISTICS[subjectOf(field)];
  const { dtype } = floatState(field);
  const graph = trace(pairSpecs(field, "batch"), (nodes) => {
    const { z0, end, controls } = siteOf(field, nodes);
    const shown: NamedNodes[] = [];
    const plan = { coefficients, every, features: [features] };
    const site = { s: t0, dt: t1 - t0, z: z0, z0, controls, algebra: graphAlgebra };
    const { z1 } = correctedStep(field, plan, site, (state, block, seen) => {
      shown.push(prefixed(siteInputs({ inputs, features }, seen), `${block} `));
      return state;
    });
    return { end: sub(end, z1), ...(Object.assign({}, ...shown) as NamedNodes) };
  });
  const program = await compile(graph, { oneShot: true, ...machineOf(context) });
  const few = Object.fromEntries(
    Object.entries(pairFeeds(pairs, dtype)).map(([name, value]) => [
      name,
      rows(value, 0, Math.min(count, value.shape[0] ?? 0)),
    ]),
  );
  const { end, ...shown } = await program.run(few);
  await program.dispose();
  const blocks = correctionBlocks(coefficients.times.length, every);
  return { end: end as Tensor, seen: blocks.map((_, i) => withPrefix(shown, `${i} `)) };
}
