import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { sizeOf } from "../../tensor/index.js";
import { tokensOf } from "../correction/row-layout.js";

/** Whether the states of a field are images [batch, c, h, w]. */
export const hasImageStates = (field: Field): boolean => stateType(field).shape.length === 4;

/** Whose defaults suit a field. States of many tokens are as large as images: what learns sees few of either at a time. */
export const subjectOf = (field: Field): "images" | "vectors" =>
  hasImageStates(field) || tokenCount(field) > 1 ? "images" : "vectors";

/** Rows that layers answer for one state: its tokens, or 1. */
export const tokenCount = (field: Field): number =>
  sizeOf(tokensOf(stateType(field).shape.slice(1).map(Number)));
