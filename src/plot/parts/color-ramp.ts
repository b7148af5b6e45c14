/** Sequential color schemes, from dark to bright. */
export type Scheme = "inferno" | "magma" | "viridis" | "plasma";

/** How a number becomes a color. */
export interface ColorScale {
  readonly type: "linear" | "log";
  readonly scheme: Scheme;
  /** Numbers of the first and the last color; what lies beyond has these too. */
  readonly domain: readonly [number, number];
  /** Share of the scheme in use, from its dark end: on white, the brightest colors cannot be seen. Default 1. */
  readonly share?: number;
}

/** Colors at equal distances along each scheme, six hexadecimal digits each (matplotlib, CC0). */
const packed: Readonly<Record<Scheme, readonly [string, string]>> = {
  inferno: [
    "0000040403130c0826170c3b240c4f330a5f420a68500d6c5d126e6b176e781c6d86216b932667a12b62ae305cbb3755",
    "c73e4cd24644dd513ae65c30ed6925f3771af8850ffb9506fca50afcb519fac62df6d645f2e661f3f484fcffa4",
  ],
  magma: [
    "0000040404130b0924150e3720114b2c11603b0f704a107957157e651a80721f817f24828c29819a2e80a8327db6377a",
    "c43c75d1426fde4968e95462f1605df76f5cfa7f5efc8f65fe9f6dfeaf78febf84fece91fddea0fcedaffcfdbf",
  ],
  viridis: [
    "440154470e61481a6c482575472f7d443a834144873d4e8a39568c35608d31688e2d708e2a788e27818e23888e21918d",
    "1f988b1fa08822a8842ab07f35b77943bf7154c56866cc5d7ad1518fd744a5db36bcdf27d2e21be9e51afde725",
  ],
  plasma: [
    "0d088723069033059742039d5002a25d01a66a00a87801a88405a7900da49c179ea72198b12a90ba3488c33d80cb4779",
    "d35171da5a69e16462e76e5bed7953f2834cf68f44fa9a3dfca636fdb32ffec029fcce25f9dc24f5ea27f0f921",
  ],
};

/** The colors of a scale at equal distances, to be interpolated in RGB. */
export function rampColors({ scheme, share = 1 }: Pick<ColorScale, "scheme" | "share">): string[] {
  const colors = packed[scheme].join("").match(/.{6}/g) ?? [];
  return colors.slice(0, Math.max(2, Math.round(share * colors.length))).map((color) => `#${color}`);
}

/** The colors of a scale, finely divided. @returns RGB bytes, shape [levels, 3]. */
export function rampBytes(scale: Pick<ColorScale, "scheme" | "share">, levels: number): Uint8Array {
  const anchors = rampColors(scale).map((color) => Number.parseInt(color.slice(1), 16));
  const bytes = new Uint8Array(3 * levels);
  for (let level = 0; level < levels; level++) {
    const position = (level / (levels - 1)) * (anchors.length - 1);
    const below = Math.min(Math.floor(position), anchors.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const part = (anchor: number | undefined): number => ((anchor ?? 0) >> (16 - 8 * channel)) & 255;
      const [low, high] = [part(anchors[below]), part(anchors[below + 1])];
      bytes[3 * level + channel] = Math.round(low + (high - low) * (position - below));
    }
  }
  return bytes;
}

/** Where a number is on a scale: 0 at its first color, 1 at its last. NaN stays NaN. */
export function rampPosition(value: number, { type, domain: [low, high] }: ColorScale): number {
  const share =
    type === "linear" ? (value - low) / (high - low) : Math.log(value / low) / Math.log(high / low);
  return Math.min(1, Math.max(0, share));
}
