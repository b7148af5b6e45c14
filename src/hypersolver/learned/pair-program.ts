import { cast, type InputSpec, type NamedNodes, type Node } from "../../graph/index.js";
import type { Field, NonStationaryCoefficients } from "../../ode/index.js";
import { controlNodes, controlSpecs, stateType } from "../../ode/internal.js";
import type { FloatDType } from "../../tensor/index.js";
import { type Freedom, movedCoefficients } from "./coefficient-parameters.js";
import type { EndSite } from "./end-error.js";

/** Coefficients as nodes in the field's type. */
export function coefficientNodes(
  start: NonStationaryCoefficients,
  freedom: Freedom,
  values: NamedNodes,
  dtype: FloatDType,
): ReturnType<typeof movedCoefficients> {
  return movedCoefficients(start, freedom, (name) => cast(values[name] as Node, dtype));
}

/** Type of the field's state. */
export function floatState(field: Field): { readonly dtype: FloatDType; readonly shape: InputSpec["shape"] } {
  const { dtype, shape } = stateType(field);
  return { dtype: dtype === "float64" ? dtype : "float32", shape };
}

/**
 * Inputs of a program over pairs of states.
 * @param rows a number, or `"batch"` for any.
 */
export function pairSpecs(field: Field, rows: number | "batch"): Record<string, InputSpec> {
  const { dtype, shape } = floatState(field);
  const sized = (own: InputSpec): InputSpec => ({
    ...own,
    shape: own.shape.map((size) => (size === "batch" ? rows : size)),
  });
  const specs: Record<string, InputSpec> = {
    ...controlSpecs(field),
    "/z0": { shape, dtype },
    "/end": { shape, dtype },
  };
  return Object.fromEntries(Object.entries(specs).map(([name, own]) => [name, sized(own)]));
}

/** The nodes of those inputs. */
export const siteOf = (field: Field, nodes: NamedNodes): Omit<EndSite, "span"> => ({
  z0: nodes["/z0"] as Node,
  end: nodes["/end"] as Node,
  controls: controlNodes(field, nodes),
});
