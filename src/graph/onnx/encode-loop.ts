import type { GraphProto } from "onnx-buf";
import { scalar } from "../../tensor/index.js";
import { type LoopGraph, roundsOf } from "../loop.js";
import type { Node } from "../node.js";
import { dependents, topological } from "../traverse.js";
import type { EncodeOptions } from "./encode.js";
import { modelBytes } from "./model.js";
import { valueInfo } from "./proto.js";
import { Writer, type Writing, writeNodes } from "./writer.js";

/**
 * Serializes a program that repeats a part of itself as an ONNX model with a Loop (IR 8, opset 17), for any runtime. What no
 * round changes is computed before it. Constants of the body lie in the body: with weights of convolutions outside, ONNX Runtime 1.21 took half as
 * long again for a U-Net.
 */
export function encodeLoop(
  loop: LoopGraph,
  { metadata = {} }: Pick<EncodeOptions, "metadata"> = {},
): Uint8Array {
  const { start, outputs } = loop;
  const { inputs } = start;
  const taken = new Set([...Object.keys(inputs), ...Object.keys(outputs)]);
  const extensions = new Set<string>();
  const writing = {
    target: "standard",
    channelBlock: undefined,
    hints: true,
    inputs,
    taken,
    extensions,
  } as const;
  const writer = new Writer(writing, "");
  const names = new Map<Node, string>();
  writeNodes(writer, Object.values(start.outputs), names);
  const begun = Object.values(start.outputs).map((node) => names.get(node) ?? "");
  const body = encodeBody(loop, writer, writing);
  const rounds = writer.constant(scalar(roundsOf(loop), "int64"));
  const ended = writer.around("Loop", [rounds, "", ...begun], begun.length, { body });
  const carried = Object.keys(start.outputs);
  for (const [name, value] of Object.entries(outputs))
    writer.output(ended[carried.indexOf(value)] ?? "", name);
  return modelBytes(
    writer.graph(
      "hypersolvers",
      Object.entries(inputs).map(([name, node]) => valueInfo(name, node)),
      Object.entries(outputs).map(([name, value]) => valueInfo(name, start.outputs[value] as Node)),
    ),
    extensions,
    metadata,
  );
}

/** One round as the graph inside a Loop: number of the round, whether to go on, and what goes round. */
function encodeBody({ start, step, numbers }: LoopGraph, outer: Writer, writing: Writing): GraphProto {
  const writer = new Writer(writing, "/step");
  const [round, goesOn] = [writer.name("/round"), writer.name("/goes-on")];
  const names = beforeRounds({ start, step }, outer);
  const carried = Object.keys(start.outputs);
  for (const [name, node] of Object.entries(step.inputs)) {
    const table = numbers[name];
    if (table !== undefined) names.set(node, writer.node("Gather", [writer.constant(table), round]));
    else if (carried.includes(name)) names.set(node, writer.name(name));
  }
  writeNodes(writer, Object.values(step.outputs), names);
  const handedOn = carried.map((name) => {
    const source = step.outputs[name] as Node;
    const output = writer.name(`/next${name}`);
    writer.output(names.get(source) ?? "", output);
    return valueInfo(output, source);
  });
  const stays = writer.name("/stays");
  writer.output(goesOn, stays);
  const flag = { dtype: "bool", shape: [] } as const;
  return writer.graph(
    "step",
    [
      valueInfo(round, { dtype: "int64", shape: [] }),
      valueInfo(goesOn, flag),
      ...carried.map((name) => valueInfo(writer.name(name), start.outputs[name] as Node)),
    ],
    [valueInfo(stays, flag), ...handedOn],
  );
}

/** What of a step depends on inputs of the model alone, written before the loop. @returns its names. */
function beforeRounds({ start, step }: Pick<LoopGraph, "start" | "step">, outer: Writer): Map<Node, string> {
  const given = Object.entries(step.inputs).filter(([name]) => Object.hasOwn(start.inputs, name));
  const names = new Map(given.map(([name, node]): [Node, string] => [node, name]));
  const own = Object.values(step.inputs).filter((node) => !names.has(node));
  const order = topological(Object.values(step.outputs));
  const changes = dependents(order, own);
  const fixed = [...dependents(order, [...names.keys()])].filter((node) => !changes.has(node));
  writeNodes(outer, fixed, names);
  return new Map(fixed.map((node): [Node, string] => [node, names.get(node) ?? ""]));
}
