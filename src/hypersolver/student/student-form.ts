import { cast, type Node } from "../../graph/index.js";
import type { Field, Span } from "../../ode/index.js";
import { Random, rows, type Tensor, tensor, toFloat64 } from "../../tensor/index.js";
import { shapesSeen } from "../correction/input-shapes.js";
import type { EndPairs } from "../learned/end-pairs.js";
import type { LearnedForm } from "../learned/learned-form.js";
import { masterWeights, withMasterWeights } from "../learned/master-weights.js";
import { floatState } from "../learned/pair-program.js";
import { type ScaledNetwork, scaledNetwork } from "../learned/scaled-network.js";
import { hasImageStates } from "../states/subject.js";
import { type StudentMethod, student, studentScheme } from "./student-method.js";
import { studentLayers } from "./student-size.js";
import type { EffectiveStudent } from "./student-table.js";

/** Pairs that statistics are taken from. */
const STATISTICS = { vectors: 4096, images: 16 };

/** A student in training, by the names of its weights. It begins as no change: z1 = z0. */
export function studentForm(
  field: Field,
  { network, finish }: ScaledNetwork,
  span: Span,
): LearnedForm<StudentMethod> {
  const { dtype } = floatState(field);
  return {
    initial: masterWeights(network),
    scheme: (values) => studentScheme(field, network, (name) => cast(values[name] as Node, dtype)),
    method: (values) => student(finish(withMasterWeights(network, values)), span),
  };
}

/** A network scaled by the states that it will see and by how far they have to go. */
export function startingStudent(
  field: Field,
  { activation, seed, ...size }: EffectiveStudent,
  pairs: EndPairs,
): ScaledNetwork {
  const count = hasImageStates(field) ? STATISTICS.images : STATISTICS.vectors;
  const few = (value: Tensor): Tensor => rows(value, 0, Math.min(count, value.shape[0] ?? 0));
  const [z0, end] = [few(pairs.z0), few(pairs.end)];
  const look = { ...studentLayers(field, size), activation };
  const seen = Object.fromEntries(
    Object.keys(shapesSeen(field, 0, look)).map((name) => [
      name,
      name === "z" ? z0 : few(pairs.controls[name.replace(/^x /, "")] as Tensor),
    ]),
  );
  return scaledNetwork(
    field,
    look,
    { seen: [seen], wanted: difference(end, z0) },
    new Random(seed).fork("networks"),
  );
}

function difference(a: Tensor, b: Tensor): Tensor {
  const from = toFloat64(b);
  const change = toFloat64(a).map((value, i) => value - (from[i] ?? 0));
  return tensor("float64", [...a.shape], change);
}
