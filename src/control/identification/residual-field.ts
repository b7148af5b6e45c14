import { add, type InputSpec, type NamedNodes, type Node, trace } from "../../graph/index.js";
import { type CorrectionNetwork, evaluateCorrection } from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import { controlSpecs, evaluateField, makeField, stateType } from "../../ode/internal.js";
import type { NamedTensors } from "../../runtime/index.js";

/** A weight of h among the parameters of f + h. */
export const residualWeight = (name: string): string => `h ${name}`;

/** The field f + h, with h(z, x) a network whose weights join the parameters of the field. */
export function fieldWithResidual(field: Field, network: CorrectionNetwork): Field {
  const { shape, dtype } = stateType(field);
  const weights: NamedTensors = Object.fromEntries(
    Object.entries(network.parameters).map(([name, value]) => [residualWeight(name), value]),
  );
  const parameters = { ...field.parameters, ...weights };
  const specs: Record<string, InputSpec> = {
    s: { shape: [], dtype },
    z: { shape, dtype },
    ...controlSpecs(field),
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, typeOf(value)])),
  };
  const graph = trace(specs, (inputs) => {
    const [s, z] = [inputs.s as Node, inputs.z as Node];
    const among = (names: readonly string[]): NamedNodes =>
      Object.fromEntries(names.map((name) => [name, inputs[name] as Node]));
    const controls = among(field.roles.controls);
    const own = among(Object.keys(field.parameters));
    const { dz } = evaluateField(field, s, z, { controls, parameters: own });
    const site = { z, s, controls, stages: [], epsilon: 0, z0: z, features: {} };
    const h = evaluateCorrection(network, site, (name) => inputs[residualWeight(name)] as Node);
    return { dz: add(dz, h) };
  });
  const roles = { state: "z", depth: "s", controls: field.roles.controls, output: "dz" };
  return makeField(graph, roles, parameters);
}

const typeOf = ({ shape, dtype }: NamedTensors[string]): InputSpec => ({ shape, dtype });

/** The weights of h among the parameters of f + h. */
export const residualWeights = ({ parameters }: Field): NamedTensors =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => name.startsWith(residualWeight(""))));

/** f + h with the weights of h as controls: to be given as nodes. */
export function openResidual(field: Field): Field {
  const weights = Object.keys(residualWeights(field));
  const own = Object.entries(field.parameters).filter(([name]) => !weights.includes(name));
  const controls = [...field.roles.controls, ...weights];
  return { ...field, roles: { ...field.roles, controls }, parameters: Object.fromEntries(own) };
}
