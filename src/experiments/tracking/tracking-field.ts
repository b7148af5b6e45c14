import {
  bind,
  concatColumns,
  cos,
  encodeOnnx,
  importOnnx,
  mul,
  type Node,
  reduceSum,
  reshape,
  sin,
  square,
  sub,
} from "../../graph/index.js";
import { normalStates, type StateSource } from "../../hypersolver/index.js";
import { type FieldPoint, trainField } from "../../models/index.js";
import {
  chebyshevBasis,
  type DepthBasis,
  fourierBasis,
  galerkinLinear,
  initialize,
  piecewiseConstantBasis,
  polynomialBasis,
  sequential,
  tanh,
} from "../../nn/index.js";
import {
  compileIntegralLoss,
  defineField,
  type Field,
  fieldOfModel,
  type IntegralLoss,
  type Span,
} from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { Random } from "../../tensor/index.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import type { BasisName, TrackingSpec } from "./tracking-spec.js";

export const SPAN: Span = [0, 1];
/** Where trajectories start. */
export const STATES: StateSource = normalStates([2]);
/** What the integral that a field was trained on is measured by. */
const TIGHT = "dopri5@1e-6";

/** A field that tracks, and how well. */
export interface TrackingField {
  readonly basis: BasisName;
  /** Of the basis, with its size. */
  readonly basisText: string;
  readonly status: "complete" | "interrupted";
  readonly curve: readonly FieldPoint[];
  readonly seconds: number;
  /** ∫ ‖z − β‖² ds on held-out states, by a tight solve, and by the steps of training. */
  readonly loss: number;
  readonly trainingLoss: number;
  /** Evaluations of f that the tight solve took. */
  readonly nfe: number;
  /** The field as ONNX. */
  readonly content: Uint8Array;
}

/** K functions of depth, whatever they are. */
const basisOf: Readonly<Record<BasisName, (size: number) => DepthBasis>> = {
  fourier: (size) => fourierBasis({ harmonics: Math.floor((size - 1) / 2) }),
  polynomial: (size) => polynomialBasis({ degree: size - 1 }),
  chebyshev: (size) => chebyshevBasis({ degree: size - 1 }),
  piecewise: (size) => piecewiseConstantBasis({ pieces: size }),
};

/** The signal β(s) = (cos 2πms, sin 2πms), as numbers. */
export const signalAt = (waves: number, s: number): readonly [number, number] => [
  Math.cos(2 * Math.PI * waves * s),
  Math.sin(2 * Math.PI * waves * s),
];

/** ∫ ‖z(s) − β(s)‖² ds. */
export const trackingLoss = (waves: number): IntegralLoss => ({
  running: ({ s, z }) => {
    const angle = mul(reshape(s as Node, [1, 1]), 2 * Math.PI * waves);
    return reduceSum(square(sub(z, concatColumns([cos(angle), sin(angle)]))), [1]);
  },
});

/** A Galerkin Neural ODE: two layers, all weights of which are curves in depth. */
export function galerkinField(basis: DepthBasis, width: number, random: Random): Field {
  const net = sequential([galerkinLinear(2, width, basis), tanh, galerkinLinear(width, 2, basis)]);
  const parameters = initialize(net, random);
  return defineField(["batch", 2], (s, z, nodes) => net.apply(nodes, z, s), { parameters });
}

/** The field out of its file. */
export const fieldIn = ({ basis, content }: Pick<TrackingField, "basis" | "content">): Field =>
  fieldOfModel(importOnnx(content, fileOf(basis)));

export const fileOf = (basis: BasisName): string => `field-${basis}.onnx`;

const codec: Codec<TrackingField> = {
  encode: ({ content, ...facts }) => ({ onnx: content, json: encodeJson(facts) }),
  decode: ({ onnx = new Uint8Array(), json }) => ({
    ...decodeJson<Omit<TrackingField, "content">>(json),
    content: onnx,
  }),
};

/** Trains a field in one basis; goes on from its checkpoint. */
export const fieldStage = (
  basis: BasisName,
  {
    waves,
    coefficients,
    width,
    trainingIterations,
    trainingSteps,
    heldOut,
  }: Pick<
    TrackingSpec,
    "waves" | "coefficients" | "width" | "trainingIterations" | "trainingSteps" | "heldOut"
  >,
  seed: number,
): Stage<TrackingField> => ({
  name: `train ${basis}`,
  settings: { basis, waves, coefficients, width, trainingIterations, trainingSteps, heldOut, seed },
  codec,
  isWhole: ({ status }) => status === "complete",
  make: async (context, checkpoint) => {
    const functions = basisOf[basis](coefficients);
    const field = galerkinField(functions, width, new Random(seed).fork("field"));
    const solver = `rk4:${trainingSteps}`;
    const loss = trackingLoss(waves);
    const trained = await trainField(
      field,
      { iterations: trainingIterations, learningRate: 0.01, solver: { method: solver }, seed, span: SPAN },
      { loss, states: STATES, description: `${waves} waves`, ...(await checkpointingIn(checkpoint)) },
      context,
    );
    const { status, curve, seconds } = trained;
    const measured = { waves, heldOut, seed };
    const exact = await lossBy(trained.field, TIGHT, measured, context);
    return {
      ...{ basis, basisText: functions.name, status, curve, seconds },
      ...{ loss: exact.loss, nfe: exact.nfe },
      trainingLoss: (await lossBy(trained.field, solver, measured, context)).loss,
      content: encodeOnnx(bind(trained.field.graph, trained.field.parameters), {
        weights: trained.field.parameters,
      }),
    };
  },
});

/** The loss on held-out states, solved by a method. */
async function lossBy(
  field: Field,
  method: string,
  { waves, heldOut, seed }: Pick<TrackingSpec, "waves" | "heldOut"> & { readonly seed: number },
  context: RunContext,
): Promise<{ readonly loss: number; readonly nfe: number }> {
  const { z0 } = await STATES.heldOut(heldOut, new Random(seed));
  const compiled = await compileIntegralLoss(field, trackingLoss(waves), {
    ...machineOf(context),
    method,
    span: SPAN,
  });
  try {
    const { loss, statistics } = await compiled.run(z0);
    return { loss, nfe: statistics.nfe };
  } finally {
    await compiled.dispose();
  }
}
