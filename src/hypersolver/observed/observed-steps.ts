import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { fail, formatShape, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";

/** Steps that somebody observed, such as a plant at its control rate. */
export interface ObservedSteps {
  /** States before, [n, …]. */
  readonly z: Tensor;
  /** States after, [n, …]. */
  readonly z1: Tensor;
  /** Controls that were held meanwhile, by name, n rows each. */
  readonly controls: NamedTensors;
  /** How long a step is: the same for all. */
  readonly epsilon: number;
  /** s before, the same for all: fields that depend on it are observed at one place. Default 0. */
  readonly s?: number;
}

/** Fewer tell nothing: a tenth of them validates. */
const FEWEST = 20;

/**
 * Checks that steps are of a field's kind.
 * @throws SHAPE_MISMATCH for states or controls of another shape, or another number of rows; INVALID_ARGUMENT for a step size
 *   that is 0 or no number, fewer than 20 steps, or a control that is missing; NON_FINITE for numbers that are none.
 */
export function checkObservedSteps(field: Field, { z, z1, controls, epsilon }: ObservedSteps): void {
  const { shape } = stateType(field);
  const [count = 0] = z.shape;
  if (!Number.isFinite(epsilon) || epsilon === 0)
    throw fail("INVALID_ARGUMENT", {
      what: "observed steps: epsilon",
      expected: "a finite number other than 0",
      received: String(epsilon),
    });
  checkRows("z", z, shape, count);
  checkRows("z1", z1, shape, count);
  for (const name of field.roles.controls) {
    const value = controls[name];
    if (value === undefined)
      throw fail("INVALID_ARGUMENT", {
        what: "observed steps: controls",
        expected: field.roles.controls.join(", "),
        received: Object.keys(controls).join(", ") || "none",
      });
    checkRows(`control "${name}"`, value, field.graph.inputs[name]?.shape ?? [], count);
  }
  if (count < FEWEST)
    throw fail("INVALID_ARGUMENT", {
      what: "observed steps",
      expected: `at least ${FEWEST}`,
      received: String(count),
    });
}

function checkRows(what: string, value: Tensor, shape: readonly (number | string)[], count: number): void {
  const expected = shape.map((size) => (size === "batch" ? count : size));
  const fits =
    value.shape.length === expected.length && expected.every((size, axis) => size === value.shape[axis]);
  if (!fits)
    throw fail("SHAPE_MISMATCH", {
      what: `observed steps: ${what}`,
      expected: formatShape(expected),
      received: formatShape(value.shape),
    });
  const bad = firstNonFinite(value);
  if (bad < 0) return;
  throw fail("NON_FINITE", {
    what: `observed steps: ${what}`,
    expected: "finite numbers",
    received: `${String(value.data[bad])} in row ${Math.floor(bad / (value.data.length / count))}`,
  });
}
