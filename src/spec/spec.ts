import type { Row, Table } from "./kind.js";

/** What a caller may say: members with neither `required` nor need may be left out, or undefined, which is the same. */
export type Spec<T> = { readonly [K in RequiredKeys<T>]: ValueOf<T[K], "given"> } & {
  readonly [K in Exclude<keyof T, RequiredKeys<T>>]?: ValueOf<T[K], "given"> | undefined;
};

/** A spec with all defaults that depend on nothing else. */
export type Complete<T> = { readonly [K in DefiniteKeys<T>]: ValueOf<T[K], "complete"> } & {
  readonly [K in Exclude<keyof T, DefiniteKeys<T>>]?: ValueOf<T[K], "complete">;
};

/** A spec that was checked: nothing is undefined that is not left out. */
export type Checked<T> = { readonly [K in RequiredKeys<T>]: ValueOf<T[K], "complete"> } & {
  readonly [K in Exclude<keyof T, RequiredKeys<T>>]?: ValueOf<T[K], "complete">;
};

type RequiredKeys<T> = {
  [K in keyof T]: T[K] extends { readonly required: true } ? K : never;
}[keyof T];
type DefiniteKeys<T> = {
  [K in keyof T]: T[K] extends { readonly required: true } | { readonly default: unknown } ? K : never;
}[keyof T];

type Mode = "given" | "complete";

/** The type of the values of a kind. */
type ValueOf<K, M extends Mode = "given"> = Row extends K
  ? unknown // Any kind at all: nothing is known of its values.
  : K extends { readonly nullable: true }
    ? Plain<K, M> | null
    : Plain<K, M>;

type Plain<K, M extends Mode> = K extends { readonly type: "integer" | "number" }
  ? number
  : K extends { readonly type: "text" }
    ? string
    : K extends { readonly type: "boolean" }
      ? boolean
      : K extends { readonly type: "span" | "range" }
        ? readonly [number, number]
        : K extends { readonly type: "map" }
          ? Readonly<Record<string, string>>
          : K extends { readonly type: "options" }
            ? Readonly<Record<string, unknown>>
            : Nested<K, M>;

type Nested<K, M extends Mode> = K extends { readonly type: "choice"; readonly of: readonly (infer V)[] }
  ? V
  : K extends { readonly type: "list"; readonly of: infer E }
    ? readonly ValueOf<E, M>[]
    : K extends { readonly type: "either"; readonly of: readonly (infer E)[] }
      ? E extends unknown
        ? ValueOf<E, M>
        : never
      : K extends { readonly type: "record"; readonly of: infer R extends Table }
        ? M extends "given"
          ? Spec<R>
          : K extends { readonly partial: true }
            ? Checked<R>
            : Complete<R>
        : never;
