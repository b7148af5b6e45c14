import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { fixedSize } from "./along-axis.js";
import type { DecodeContext } from "./context.js";
import type { Decoder, DecoderTable } from "./decoder.js";

/** Weights of one direction, and how a step follows from them. */
interface Weights {
  /** Hidden units. */
  readonly units: number;
  /** [units, gates·units], to be multiplied from the right. */
  readonly recurrent: Node;
  /** [gates·units], added to the product with the previous state. */
  readonly bias: Node;
}

/** One tensor of a state, or two (LSTM), each [batch, units]. */
type Cell = (x: Node, state: readonly Node[], weights: Weights) => readonly Node[];

/** The i-th of the gates side by side in the last axis. */
const gate = (x: Node, i: number, units: number): Node => build.slice(x, -1, i * units, (i + 1) * units);

const fromState = (h: Node, { recurrent, bias }: Weights): Node =>
  build.add(build.matmul(h, recurrent), bias);

const plain =
  (activation: (x: Node) => Node): Cell =>
  (x, [h], weights) => [activation(build.add(x, fromState(h as Node, weights)))];

/** Gates: input, output, forget, cell. */
const lstm: Cell = (x, [h, c], weights) => {
  const whole = build.add(x, fromState(h as Node, weights));
  const [i, o, f] = [0, 1, 2].map((at) => build.sigmoid(gate(whole, at, weights.units))) as [
    Node,
    Node,
    Node,
  ];
  const next = build.add(build.mul(f, c as Node), build.mul(i, build.tanh(gate(whole, 3, weights.units))));
  return [build.mul(o, build.tanh(next)), next];
};

/** Gates: update, reset, hidden. PyTorch applies the reset after the product (`linear_before_reset`), the paper before. */
const gru =
  (resetAfter: boolean): Cell =>
  (x, [state], weights) => {
    const h = state as Node;
    const { units, recurrent, bias } = weights;
    const own = fromState(h, weights);
    const [z, r] = [0, 1].map((at) => build.sigmoid(build.add(gate(x, at, units), gate(own, at, units)))) as [
      Node,
      Node,
    ];
    const inner = resetAfter
      ? build.mul(r, gate(own, 2, units))
      : build.add(build.matmul(build.mul(r, h), gate(recurrent, 2, units)), gate(bias, 2, units));
    const candidate = build.tanh(build.add(gate(x, 2, units), inner));
    return [build.add(candidate, build.mul(z, build.sub(h, candidate)))];
  };

/** The program has a copy of the network for every step. */
const mostSteps = 1024;

/** A network over a sequence [steps, batch, features], step after step, in one direction or both. */
function unrolled(context: DecodeContext, gates: number, states: number, cell: Cell): Node[] {
  const x = context.node(0);
  requirePlain(context);
  const steps = fixedSize(context, x, 0);
  if (steps > mostSteps) throw context.unsupported(`${steps} steps`, `at most ${mostSteps}`);
  const direction = context.text("direction", "forward");
  const ways = direction === "bidirectional" ? [false, true] : [direction === "reverse"];
  const results = ways.map((reverse, way) => {
    const { given, weights } = weightsOf(context, gates, way);
    const sums = build.add(build.matmul(x, given.weight), given.bias);
    let state = Array.from({ length: states }, (_, i) => startOf(context, 5 + i, way, weights.units));
    const shown = new Array<Node>(steps);
    for (let i = 0; i < steps; i++) {
      const step = reverse ? steps - 1 - i : i;
      state = [
        ...cell(build.reshape(build.slice(sums, 0, step, step + 1), sums.shape.slice(1)), state, weights),
      ];
      shown[step] = state[0] as Node;
    }
    return {
      all: joined(
        shown.map((h) => build.reshape(h, [1, 1, ...h.shape])),
        0,
      ),
      state,
    };
  });
  const last = (i: number): Node =>
    joined(
      results.map(({ state }) => build.reshape(state[i] as Node, [1, ...(state[i] as Node).shape])),
      0,
    );
  return [
    joined(
      results.map(({ all }) => all),
      1,
    ),
    ...Array.from({ length: states }, (_, i) => last(i)),
  ];
}

const joined = (parts: readonly Node[], axis: number): Node => build.concat(parts, axis);

/** Names of activations, those of the second direction after those of the first; none for the usual ones. */
const activationsOf = (context: DecodeContext): readonly string[] =>
  context.call.attributes.get("activations")?.strings.map((name) => new TextDecoder().decode(name)) ?? [];

/** Refuses other activations than these in any direction: with others the gates compute something else. */
function requireActivations(context: DecodeContext, usual: readonly string[]): void {
  const given = activationsOf(context);
  if (given.every((name, i) => name === usual[i % usual.length])) return;
  throw context.unsupported(`activations ${given.join(", ")}`, usual.join(", "));
}

/** Refuses what PyTorch does not write. */
function requirePlain(context: DecodeContext): void {
  if (context.has("clip")) throw context.unsupported("clip", "no clipping");
  if (context.integer("layout", 0) !== 0) throw context.unsupported("layout 1", "layout 0");
  if (context.integer("input_forget", 0) !== 0) throw context.unsupported("input_forget 1", "0");
  if (context.optional(4) !== undefined)
    throw context.unsupported("lengths of sequences", "sequences of one length");
  if (context.optional(7) !== undefined) throw context.unsupported("peepholes", "none");
}

function weightsOf(context: DecodeContext, gates: number, way: number) {
  const row = (x: Node): Node => build.reshape(build.slice(x, 0, way, way + 1), x.shape.slice(1));
  const [given, own] = [row(context.node(1)), row(context.node(2))];
  const units = Number(own.shape[1]);
  const width = gates * units;
  const stored = context.optionalNode(3);
  const zeros = build.reshape(build.mul(build.slice(given, 1, 0, 1), 0), [width]);
  const bias = (from: number): Node =>
    stored === undefined ? zeros : build.slice(row(stored), 0, from, from + width);
  return {
    given: { weight: build.transpose(given), bias: bias(0) },
    weights: { units, recurrent: build.transpose(own), bias: bias(width) },
  };
}

/** The state before the first step: given, or zeros. */
function startOf(context: DecodeContext, i: number, way: number, units: number): Node {
  const given = context.optionalNode(i);
  const x = context.node(0);
  const batch = x.shape[1] ?? 1;
  if (given === undefined) return build.expand(build.constant(0, x.dtype), [batch, units], x);
  return build.reshape(build.slice(given, 0, way, way + 1), [batch, units]);
}

const decoder = (decode: Decoder["decode"]): Decoder => ({ inputs: [3, 8], decode });

const plainActivations: ReadonlyMap<string, (x: Node) => Node> = new Map([
  ["Tanh", build.tanh],
  ["Relu", build.relu],
  ["Sigmoid", build.sigmoid],
]);

function simple(context: DecodeContext): Node[] {
  const [name = "Tanh"] = activationsOf(context);
  const activation = plainActivations.get(name);
  if (activation === undefined)
    throw context.unsupported(`activation ${name}`, [...plainActivations.keys()].join(", "));
  requireActivations(context, [name]);
  return unrolled(context, 1, 1, plain(activation));
}

const gated = (context: DecodeContext, gates: number, states: number, cell: Cell): Node[] => {
  requireActivations(context, ["Sigmoid", "Tanh", "Tanh"].slice(0, 1 + states));
  return unrolled(context, gates, states, cell);
};

/** Recurrent networks over sequences of fixed length. */
export const recurrentDecoders: DecoderTable = {
  RNN: decoder(simple),
  LSTM: decoder((context) => gated(context, 4, 2, lstm)),
  GRU: decoder((context) => gated(context, 3, 1, gru(context.integer("linear_before_reset", 0) !== 0))),
};
