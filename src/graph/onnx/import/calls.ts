import type { AttributeProto, FunctionProto, GraphProto, NodeProto, OperatorSetIdProto } from "onnx-buf";
import { fail } from "../../../tensor/index.js";
import { isStandardDomain, type ParsedModel } from "./read-model.js";

/** One application of an ONNX operator, with local functions already expanded. */
export interface Call {
  readonly opType: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  /** Name of the node, for messages. */
  readonly name: string;
  /** Names of values; empty for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** Version of the standard operators that holds here. */
  readonly opset: number;
  /** Where the node stands, for graphs inside its attributes. */
  readonly body: Body;
}

/** `Gemm`, or `com.microsoft.FusedMatMul`. */
export const qualifiedName = ({ domain, opType }: Pick<Call, "domain" | "opType">): string =>
  domain === "" ? opType : `${domain}.${opType}`;

const identity = { opType: "Identity", domain: "" };

/** Functions may call functions: neither circles nor explosions are followed. */
const callLimit = 200_000;
const depthLimit = 32;

/**
 * The operator applications of a model in file order, with calls of model-local functions replaced by their bodies.
 * @throws MALFORMED_FILE when functions call each other in a circle.
 */
export function listCalls({ proto, graph, opset }: ParsedModel, what: string): Call[] {
  const expansion = new Expansion(proto.functions, what);
  expansion.addAll(graph.node, { opset, prefix: "", rename: (name) => name, arguments: new Map(), depth: 0 });
  return expansion.calls;
}

/**
 * The calls of a graph inside an attribute, such as a branch of If, with names that nobody else uses.
 * @param place tells uses of the same graph apart.
 * @returns `rename` turns the graph's names into those.
 */
export function innerCalls(
  { proto }: ParsedModel,
  call: Call,
  graph: GraphProto,
  what: string,
  place: string,
): { readonly calls: readonly Call[]; readonly rename: (name: string) => string } {
  const own = new Set([
    "",
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.node.flatMap((node) => node.output),
  ]);
  const prefix = `${call.name}/${place}`;
  const rename = (name: string): string => {
    if (name === "") return name;
    return own.has(name) ? `${prefix}${name}` : call.body.rename(name);
  };
  const expansion = new Expansion(proto.functions, what);
  expansion.addAll(graph.node, { ...call.body, prefix, rename, depth: call.body.depth + 1 });
  return { calls: expansion.calls, rename };
}

/** Where nodes are being expanded: how their names and attribute references resolve. */
interface Body {
  readonly opset: number;
  readonly prefix: string;
  readonly rename: (name: string) => string;
  readonly arguments: ReadonlyMap<string, AttributeProto>;
  readonly depth: number;
}

const functionKey = (domain: string, name: string, overload: string): string =>
  JSON.stringify([isStandardDomain(domain) ? "" : domain, name, overload]);

class Expansion {
  readonly calls: Call[] = [];
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #what: string;
  #expansions = 0;

  constructor(functions: readonly FunctionProto[], what: string) {
    this.#functions = new Map(
      functions.map((body) => [functionKey(body.domain, body.name, body.overload), body]),
    );
    this.#what = what;
  }

  addAll(nodes: readonly NodeProto[], body: Body): void {
    for (const [position, node] of nodes.entries()) {
      const callee = this.#functions.get(functionKey(node.domain, node.opType, node.overload));
      if (callee === undefined) this.calls.push(callOf(node, position, body));
      else this.#expand(callee, callOf(node, position, body), body);
      if (this.calls.length + this.#expansions > callLimit) throw this.#tooMuch(node);
    }
  }

  /** Inputs and outputs of the callee become the caller's values; everything else gets a prefix. */
  #expand(callee: FunctionProto, call: Call, caller: Body): void {
    if (caller.depth >= depthLimit) throw this.#tooMuch(callee);
    const prefix = `${call.name}#${this.#expansions++}/`;
    const names = new Map<string, string>([["", ""]]);
    callee.input.forEach((name, i) => {
      names.set(name, call.inputs[i] ?? "");
    });
    callee.output.forEach((name, i) => {
      const passedOn = names.get(name);
      const output = call.outputs[i] || `${prefix}${name}`;
      if (passedOn === undefined) names.set(name, output);
      else this.calls.push({ ...call, ...identity, inputs: [passedOn], outputs: [output] });
    });
    const opset = standardOpset(callee.opsetImport) ?? caller.opset;
    const defaults = callee.attributeProto.map((attribute) => [attribute.name, attribute] as const);
    this.addAll(callee.node, {
      opset,
      prefix,
      rename: (name) => names.get(name) ?? `${prefix}${name}`,
      arguments: new Map([...defaults, ...call.attributes]),
      depth: caller.depth + 1,
    });
  }

  #tooMuch({ name }: { readonly name: string }): Error {
    return fail("MALFORMED_FILE", {
      what: `${this.#what}, "${name}"`,
      expected: `functions at most ${depthLimit} deep, with at most ${callLimit} operators`,
      received: "more",
    });
  }
}

function standardOpset(imports: readonly OperatorSetIdProto[]): number | undefined {
  const version = imports.find(({ domain }) => isStandardDomain(domain))?.version;
  return version === undefined ? undefined : Number(version);
}

function callOf(node: NodeProto, position: number, body: Body): Call {
  const attributes = new Map<string, AttributeProto>();
  for (const attribute of node.attribute) {
    const { name, refAttrName } = attribute;
    const resolved = refAttrName === "" ? attribute : body.arguments.get(refAttrName);
    if (resolved !== undefined) attributes.set(name, resolved);
  }
  return {
    opType: node.opType,
    domain: isStandardDomain(node.domain) ? "" : node.domain,
    name: body.prefix + (node.name || node.output[0] || `${node.opType} ${position}`),
    inputs: node.input.map(body.rename),
    outputs: node.output.map(body.rename),
    attributes,
    opset: body.opset,
    body,
  };
}
