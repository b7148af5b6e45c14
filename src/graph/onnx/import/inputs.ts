import {
  TensorProto_DataType as ElementType,
  type TensorShapeProto_Dimension,
  type ValueInfoProto,
} from "onnx-buf";
import { type DType, fail } from "../../../tensor/index.js";
import type { Extent, TensorType } from "../../tensor-type.js";
import { elementTypeName } from "./stored-tensor.js";

/** Type of a model input or output as the file declares it: dynamic sizes by name, `?` where there is none. */
export interface DeclaredType {
  readonly elementType: string;
  /** Absent where the file leaves even the rank open. */
  readonly shape: readonly (number | string)[] | undefined;
}

export function declaredType({ type }: ValueInfoProto): DeclaredType {
  if (type?.value.case !== "tensorType")
    return { elementType: type?.value.case ?? "unknown", shape: undefined };
  const { elemType, shape } = type.value.value;
  return { elementType: elementTypeName(elemType), shape: shape?.dim.map(declaredSize) };
}

/** Some exporters write −1 for "any size". */
function declaredSize({ value }: TensorShapeProto_Dimension): number | string {
  if (value.case === "dimValue" && value.value >= 0n) return Number(value.value);
  return value.case === "dimParam" && value.value !== "" ? value.value : "?";
}

const inputTypes: ReadonlyMap<number, DType> = new Map<number, DType>([
  [ElementType.FLOAT, "float32"],
  [ElementType.FLOAT16, "float32"],
  [ElementType.BFLOAT16, "float32"],
  [ElementType.DOUBLE, "float64"],
  [ElementType.INT64, "int64"],
  [ElementType.INT32, "int64"],
  [ElementType.BOOL, "bool"],
]);

/** Sizes of dynamic axes further inside, by the names that the file gives them. */
export type AxisSizes = Readonly<Record<string, number>>;

/**
 * Type of a model input in our terms: a dynamic leading axis is the batch.
 * @throws UNSUPPORTED_FIELD naming the input, and the axis if one further inside is dynamic.
 */
export function inputType(info: ValueInfoProto, file: string, sizes: AxisSizes = {}): TensorType {
  const what = `${file}, input "${info.name}"`;
  const declared = declaredType(info);
  const tensorType = info.type?.value.case === "tensorType" ? info.type.value.value : undefined;
  const dtype = inputTypes.get(tensorType?.elemType ?? ElementType.UNDEFINED);
  if (dtype === undefined) {
    throw fail("UNSUPPORTED_FIELD", {
      what,
      expected: "a tensor of floats, int32, int64 or bool",
      received: declared.elementType,
      help: "export the model in float32",
    });
  }
  if (declared.shape === undefined) {
    throw fail("UNSUPPORTED_FIELD", {
      what,
      expected: "a declared shape",
      received: "none",
      help: "export the model with the shapes of its inputs",
    });
  }
  return { dtype, shape: declared.shape.map((size, axis) => extentOfAxis(size, axis, what, sizes)) };
}

function extentOfAxis(size: number | string, axis: number, what: string, sizes: AxisSizes): Extent {
  if (typeof size === "number") return size;
  if (Object.hasOwn(sizes, size)) return sizes[size] ?? 1;
  if (axis === 0) return "batch";
  throw fail("UNSUPPORTED_FIELD", {
    what: `${what}, axis ${axis}`,
    expected: "a fixed size: only the leading axis may be dynamic",
    received: `the dynamic size "${size}"`,
    help: `say how large it is, --size ${size}=16, or export the model again with only axis 0 dynamic`,
  });
}
