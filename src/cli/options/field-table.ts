import type { Spec } from "../../spec/index.js";
import { denoiserTable } from "./denoiser-table.js";

/** Which input of a model is which. */
export const inputMapTable = {
  inputMap: {
    type: "map",
    keys: ["z", "s", "dz"],
    expected: "roles with names, such as z=x0,s=t,dz=velocity",
    otherwise: "found by name and shape",
    placeholder: "roles",
    group: "Inputs of the model:",
    help: "names of the model's state, depth and derivative: z=NAME,s=NAME,dz=NAME; several tensors of one state with + between, z=x+v,dz=dx+dv",
  },
} as const;

/** Values of its controls. */
export const controlTable = {
  /** Tensors or numbers by the name of the control. */
  input: {
    type: "map",
    expected:
      "a control and its file, number or distribution, such as x=data.safetensors:x, w=3.0 or y=uniform:0,9",
    placeholder: "name=value",
    group: "Inputs of the model:",
    help: "values of a control input that stay constant along the solve: x=FILE.safetensors:KEY or x=FILE.npy; one number for all, w=3.0; or drawn, x=normal, x=uniform:LOW,HIGH (repeatable)",
  },
  /** Whole numbers by the name of the axis. */
  size: {
    type: "map",
    expected: "a dynamic axis and its size, such as height=64",
    placeholder: "axis=n",
    group: "Inputs of the model:",
    help: "size of a dynamic axis that is not the batch, by the name that `info` shows: height=64 (repeatable)",
  },
  timeScale: {
    type: "number",
    default: 1,
    placeholder: "factor",
    group: "Inputs of the model:",
    help: "the model's time at s is this times s, as for networks trained on time steps up to 1000",
  },
} as const;

/** All options about a model. */
export const fieldTable: typeof inputMapTable & typeof controlTable & typeof denoiserTable = {
  ...inputMapTable,
  ...controlTable,
  ...denoiserTable,
};
export type FieldSpec = Spec<typeof fieldTable>;
