import { type InputSpec, type Node, trace } from "../../graph/index.js";
import type { Field, NonStationaryCoefficients } from "../../ode/index.js";
import { compile, type NamedTensors, type RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { item, type Tensor } from "../../tensor/index.js";
import { hasImageStates } from "../fit/resolve-fit.js";
import { startingDeviations } from "./coefficient-parameters.js";
import { coefficientNodes, floatState, pairSpecs, siteOf } from "./coefficient-program.js";
import type { EffectiveCoefficients } from "./coefficient-table.js";
import { endDistance, relativeEndDistance } from "./end-error.js";
import { type EndPairs, pairFeeds } from "./end-pairs.js";

/** Tells how good values of the parameters are on states that they did not learn from. */
export interface CoefficientValidation {
  error(values: NamedTensors): Promise<number>;
  dispose(): Promise<void>;
}

/** One program from deviations to the error at the end of the span. */
export async function compileCoefficientValidation(
  field: Field,
  start: NonStationaryCoefficients,
  spec: EffectiveCoefficients,
  pairs: EndPairs,
  context: RunContext,
): Promise<CoefficientValidation> {
  const { dtype } = floatState(field);
  const parameters = startingDeviations(start, spec);
  const specs: Record<string, InputSpec> = pairSpecs(field, "batch");
  for (const name of Object.keys(parameters)) specs[`/${name}`] = { shape: [], dtype: "float64" };
  const distance = hasImageStates(field) ? relativeEndDistance : endDistance;
  const graph = trace(specs, (nodes) => {
    const values = Object.fromEntries(
      Object.keys(parameters).map((name) => [name, nodes[`/${name}`] as Node]),
    );
    const coefficients = coefficientNodes(start, spec, values, dtype);
    return { error: distance(field, coefficients, { ...siteOf(field, nodes), span: spec.span }) };
  });
  const program = await compile(graph, machineOf(context));
  const feeds = pairFeeds(pairs, dtype);
  return {
    error: async (values) => {
      const named = Object.fromEntries(Object.entries(values).map(([name, value]) => [`/${name}`, value]));
      const { error } = await program.run({ ...feeds, ...named });
      const value = item(error as Tensor);
      // A solve that broke is worse than any that did not.
      return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
    },
    dispose: () => program.dispose(),
  };
}
