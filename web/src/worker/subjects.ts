import type { Standardization } from "../../../src/data/index.js";
import type { LearnedKind } from "../../../src/experiments/index.js";
import type { StateSource } from "../../../src/hypersolver/index.js";
import type { Samples } from "../../../src/hypersolver/internal.js";
import type { Flow } from "../../../src/models/index.js";
import type { Field, FixedMethod, Span } from "../../../src/ode/index.js";
import type { Tensor } from "../../../src/tensor/index.js";

/** What a page is about: a field, where to solve it, and what was learned for it. */
export interface Subject {
  readonly name: string;
  readonly field: Field;
  readonly span: Span;
  readonly states: StateSource;
  /** Between states and what is shown, where these differ. */
  readonly standardization?: Standardization | undefined;
  readonly flow?: Flow | undefined;
  /** `flow.onnx`, where it was trained here or came as a file. */
  readonly flowFile?: Uint8Array | undefined;
  readonly learned: Map<LearnedKind, Learned>;
  /** States that everything is shown on, with their reference ends. */
  shown?: { readonly samples: Samples; readonly ends: Tensor } | undefined;
}

/** A solver that was learned, or is being learned. */
export interface Learned {
  readonly method: FixedMethod;
  /** Absent while the fit goes on. */
  readonly file?: (() => { readonly name: string; readonly content: Uint8Array }) | undefined;
}

/** Where a page keeps its subject. */
export type Room = "flow" | "field";

const rooms = new Map<Room, Subject>();

/** A new subject, for which nothing was learned yet. */
export function enter(room: Room, subject: Omit<Subject, "learned" | "shown">): Subject {
  const whole: Subject = { ...subject, learned: new Map() };
  rooms.set(room, whole);
  return whole;
}

/** The subject of a page. */
export function subjectOf(room: Room): Subject {
  const subject = rooms.get(room);
  if (subject === undefined) throw new Error("There is no field yet.");
  return subject;
}
