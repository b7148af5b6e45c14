import {
  bind,
  embedExternalData,
  importOnnx,
  inspectOnnx,
  type ModelSummary,
} from "../../../src/graph/index.js";
import {
  givenStates,
  normalStates,
  type StateSource,
  uniformStates,
} from "../../../src/hypersolver/index.js";
import { type Field, fieldMacs, fieldOfModel, type Span } from "../../../src/ode/index.js";
import { stateType } from "../../../src/ode/internal.js";
import { formatShape, type Tensor } from "../../../src/tensor/index.js";
import { type Exhibit, type ExhibitName, gallery } from "./gallery.js";
import type { JobContext } from "./job-context.js";
import { runContext } from "./runtime.js";
import { planeOf, shownOf } from "./samples.js";
import { controlsWanted, samplesOf } from "./state-files.js";
import { enter, type Subject } from "./subjects.js";

/** Where initial states come from. */
export type StatesChoice =
  | { readonly kind: "normal" }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "file"; readonly name: string; readonly bytes: Uint8Array };

/** An input or output of the model, and what it is taken for. */
export interface Port {
  readonly name: string;
  readonly type: string;
  readonly role: string;
}

/** What is known of a field. */
export interface FieldFacts {
  readonly title: string;
  readonly ports: readonly Port[];
  readonly operators: readonly {
    readonly name: string;
    readonly count: number;
    readonly supported: boolean;
  }[];
  readonly parameters: number;
  /** Multiply–accumulates of one evaluation. */
  readonly macs: number | undefined;
  readonly span: Span;
  /** Why it cannot be solved; absent where it can. */
  readonly problem?: string | undefined;
  /** Where the shown states begin and end, pair by pair; absent where it cannot be solved. */
  readonly ways?: { readonly from: Float32Array; readonly to: Float32Array } | undefined;
}

/** What a visitor brings. */
export interface FieldRequest {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Files beside the model that its weights may lie in. */
  readonly weights: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly span: Span;
  readonly states: StatesChoice;
  /** Names of the model's state and time, where they do not tell themselves. */
  readonly roles: { readonly z: string; readonly s: string };
}

/** Looks into a model, and makes it the subject of the page where it can be solved. */
export async function describeField(request: FieldRequest, { signal }: JobContext): Promise<FieldFacts> {
  const { name, span, states, roles } = request;
  const files = new Map(request.weights.map((file) => [file.name, file.bytes]));
  const bytes = embedExternalData(request.bytes, files, name);
  const { operators, parameterCount, inputs, outputs } = inspectOnnx(bytes, name);
  const declared = Object.entries({ ...inputs, ...outputs });
  const known = { title: name, operators, parameters: parameterCount, span };
  const portsOf = (field?: Field): Port[] =>
    declared.map(([own, type]) => ({
      name: own,
      type: typeText(type),
      role: field ? roleOf(own, field) : "",
    }));
  let field: Field | undefined;
  try {
    const map = Object.fromEntries(Object.entries(roles).filter(([, value]) => value !== ""));
    field = fieldOfModel(importOnnx(bytes, name, { anyBatch: true }), map);
    const subject = enter("field", { name, field, span, states: sourceOf(states, field) });
    return { ...known, ports: portsOf(field), macs: fieldMacs(field), ways: await waysOf(subject, signal) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...known, ports: portsOf(field), macs: field && fieldMacs(field), problem };
  }
}

const typeText = ({ elementType = "", shape }: ModelSummary["inputs"][string]): string =>
  `${elementType} [${(shape ?? ["?"]).join(", ")}]`;

function roleOf(name: string, { roles }: Field): string {
  if (name === roles.state) return "state z";
  if (name === roles.depth) return "time s";
  if (name === roles.output) return "derivative dz/ds";
  return roles.controls.includes(name) ? "control" : "";
}

function sourceOf(choice: StatesChoice, field: Field): StateSource {
  const shape = stateType(field).shape.slice(1).map(Number);
  const { controls } = field.roles;
  if (controls.length > 0 && choice.kind !== "file") throw new Error(controlsWanted(controls));
  if (choice.kind === "normal") return normalStates(shape);
  if (choice.kind === "uniform") return uniformStates(shape, choice.low, choice.high);
  return givenStates(choice.name, samplesOf(choice.name, choice.bytes, controls));
}

/** Makes a field of the gallery the subject of the page. */
export async function openGallery(
  {
    name,
    span,
    states,
  }: { readonly name: ExhibitName; readonly span?: Span; readonly states?: StatesChoice },
  { signal }: JobContext,
): Promise<FieldFacts> {
  const exhibit: Exhibit = gallery[name];
  const field = await exhibit.field();
  const over = span ?? exhibit.span;
  const source = states === undefined ? exhibit.states : sourceOf(states, field);
  const subject = enter("field", { name, field, span: over, states: source });
  const { roles, graph, parameters } = field;
  const whole = bind(graph, parameters);
  const ports = [roles.state, ...(roles.depth === undefined ? [] : [roles.depth])].map((own) => {
    const { dtype, shape } = whole.inputs[own] ?? graph.outputs[roles.output] ?? { dtype: "", shape: [] };
    return { name: own, type: `${dtype} ${formatShape(shape)}`, role: roleOf(own, field) };
  });
  return {
    title: exhibit.title,
    ports,
    operators: [],
    parameters: Object.values(parameters).reduce((sum, { data }: Tensor) => sum + data.length, 0),
    macs: fieldMacs(field),
    span: over,
    ways: await waysOf(subject, signal),
  };
}

/** The shown states and where the reference takes them. */
async function waysOf(subject: Subject, signal: AbortSignal): Promise<NonNullable<FieldFacts["ways"]>> {
  const { samples, ends } = await shownOf(subject, await runContext({ signal }));
  return { from: planeOf(subject, samples.z0), to: planeOf(subject, ends) };
}
