/** How a result is written, in parts by name, and read again. */
export interface Codec<T> {
  encode(result: T): Readonly<Record<string, Uint8Array>>;
  /** @throws where the parts are not those of a result. */
  decode(parts: Readonly<Record<string, Uint8Array>>): T;
}

/** Plain data as it is, numbers that JSON lacks included: curves of a training may hold NaN. */
export const jsonCodec = <T>(): Codec<T> => ({
  encode: (result) => ({ json: encodeJson(result) }),
  decode: ({ json }) => decodeJson<T>(json),
});

export const encodeJson = (value: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(value, withoutNaN));

/** @throws SyntaxError for what is no JSON. */
export const decodeJson = <T>(content: Uint8Array | undefined): T =>
  JSON.parse(new TextDecoder().decode(content), withNaN) as T;

const withoutNaN = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? { "not in JSON": String(value) } : value;

const withNaN = (_: string, value: unknown): unknown =>
  value instanceof Object && "not in JSON" in value ? Number(value["not in JSON"]) : value;
