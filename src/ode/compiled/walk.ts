import { type CompileOptions, compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { cast, scalar, type Tensor } from "../../tensor/index.js";
import { type Field, stateType } from "../field/field.js";
import { type LinearMethod, linearOn, weightsAt } from "../methods/linear-method.js";
import type { StepScheme } from "../methods/scheme.js";
import { spanOf, stepsOf } from "../problem/mesh.js";
import { carriedStep, named, nextName, pastName, weightName } from "./carried-step.js";
import { compileStep, rowsOf, stepFeeds } from "./compiled-steps.js";

/** Single steps over a mesh, as runs of programs. */
export interface Walk {
  /** One solve: a function that takes the i-th step from the state there. Steps come in order, from 0. */
  begin(start: Tensor, controls: NamedTensors): (i: number, z: Tensor) => Promise<Tensor>;
  dispose(): Promise<void>;
}

/** A method that repeats one step: one program, run again and again. */
export async function repeatedWalk(
  field: Field,
  scheme: StepScheme,
  mesh: readonly number[],
  options: CompileOptions,
): Promise<Walk> {
  const program = await compileStep(field, scheme, options);
  const [steps, span] = [stepsOf(mesh), spanOf(mesh)];
  return {
    begin: (start, controls) => async (i, z) => {
      const { s, dt } = steps[i] ?? NO_STEP;
      return (await program.run({ s, dt, span, z, z0: start }, controls)).z1;
    },
    dispose: () => program.dispose(),
  };
}

const NO_STEP = { s: 0, dt: 0 };

/** A method that hands evaluations on from step to step: one program for every number of them and one for the end, made when needed. */
export async function carriedWalk(
  field: Field,
  general: LinearMethod,
  mesh: readonly number[],
  options: CompileOptions,
): Promise<Walk> {
  const method = linearOn(general, field);
  const { dtype } = stateType(field);
  const [steps, span] = [stepsOf(mesh), spanOf(mesh)];
  const programs = new Map<string, Promise<Program>>();
  const programFor = (handed: number, isLast: boolean): Promise<Program> => {
    const key = `${handed} ${isLast}`;
    const known = programs.get(key);
    if (known !== undefined) return known;
    const graph = carriedStep(field, method, handed, isLast);
    const made = compile(graph, options, rowsOf(graph));
    programs.set(key, made);
    return made;
  };
  return {
    begin: (start, controls) => {
      let past: readonly Tensor[] = [];
      return async (i, z) => {
        const { s, dt } = steps[i] ?? NO_STEP;
        const weights = weightsAt(method, steps, i).map((weight) => scalar(weight, dtype));
        const program = await programFor(past.length, i === steps.length - 1);
        const outputs = await program.run({
          ...controls,
          ...stepFeeds({ s, dt, span }, dtype),
          "/z": z,
          "/z0": start,
          ...named(pastName, past),
          ...named(weightName, weights),
        });
        const handedOn = Object.keys(program.graph.outputs).length - 1;
        past = Array.from({ length: handedOn }, (_, j) => cast(outputs[nextName(j)] as Tensor, dtype));
        return cast(outputs["/z1"] as Tensor, dtype);
      };
    },
    dispose: async () => {
      for (const program of programs.values()) await (await program).dispose();
    },
  };
}
