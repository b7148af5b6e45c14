import type { Algebra } from "../methods/algebra.js";

/** A state of several named parts, such as z beside its adjoint. */
export type Product<Y> = Readonly<Record<string, Y>>;

/** The algebra of products, part by part: the Runge–Kutta interpreter then solves coupled equations of any shapes. */
export function productAlgebra<Y, S>(algebra: Algebra<Y, S>): Algebra<Product<Y>, S> {
  return {
    time: (s, c, dt) => algebra.time(s, c, dt),
    combine: (y, dt, coefficients, k) =>
      mapParts(y, (part, name) => algebra.combine(part, dt, coefficients, partOf(k, name))),
    increment: (dt, coefficients, k) =>
      mapParts(k[0] ?? {}, (_, name) => algebra.increment(dt, coefficients, partOf(k, name))),
    scale: (y, factor) => mapParts(y, (part) => algebra.scale(part, factor)),
    move: (y, factor, from, to) =>
      mapParts(y, (part, name) => algebra.move(part, factor, from[name] as Y, to[name] as Y)),
    negative: (dt) => algebra.negative(dt),
  };
}

/** Something else in place of every part. */
export function mapParts<Y, Z>(product: Product<Y>, change: (part: Y, name: string) => Z): Product<Z> {
  return Object.fromEntries(Object.entries(product).map(([name, part]) => [name, change(part, name)]));
}

/** One part of several products that have it. */
function partOf<Y>(products: readonly Product<Y>[], name: string): Y[] {
  return products.map((product) => product[name] as Y);
}
