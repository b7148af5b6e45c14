import type { LearnedKind } from "../../../src/experiments/index.js";
import { encodeSolver } from "../../../src/hypersolver/index.js";
import type { JobContext } from "./job-context.js";
import { runContext } from "./runtime.js";
import { type Choice, exportable, shownOf } from "./samples.js";
import { type Room, type Subject, subjectOf } from "./subjects.js";

/** A file to save. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What can be saved. */
export type Wanted =
  | { readonly kind: "flow" }
  | { readonly kind: "learned"; readonly learned: LearnedKind }
  | { readonly kind: "solver"; readonly choice: Choice };

/** Makes a file of the subject, or of what was learned for it. */
export async function fileOf(
  { room, wanted }: { readonly room: Room; readonly wanted: Wanted },
  { signal }: JobContext,
): Promise<NamedFile> {
  const subject = subjectOf(room);
  if (wanted.kind === "flow") return { name: "flow.onnx", bytes: owned(flowFileOf(subject)) };
  const context = await runContext({ signal });
  const { samples } = await shownOf(subject, context);
  if (wanted.kind === "learned") {
    const file = subject.learned.get(wanted.learned)?.file?.();
    if (file === undefined) throw new Error("The fit is not ended yet.");
    return { name: file.name, bytes: owned(file.content) };
  }
  const method = exportable(subject, wanted.choice);
  return {
    name: "solver.onnx",
    bytes: owned(await encodeSolver(subject.field, method, subject.span, samples)),
  };
}

function flowFileOf({ flowFile }: Subject): Uint8Array {
  if (flowFile === undefined) throw new Error("There is no flow yet.");
  return flowFile;
}

/** Bytes in a buffer of their own, which may travel. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);
