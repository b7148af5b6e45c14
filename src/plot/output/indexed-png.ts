/** An image of at most 256 colors. */
export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  /** Index of each pixel's color, shape [height, width], top row first. */
  readonly pixels: Uint8Array;
  /** RGB bytes, shape [colors, 3]. */
  readonly palette: Uint8Array;
  /** Index of the one color that is transparent. */
  readonly transparent?: number;
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10] as const;

/** Largest stored block of the deflate format. */
const BLOCK = 65_535;

/**
 * A PNG file. Its data are stored, not compressed: compressors differ between machines, and figures must not.
 *
 * @source W3C, "Portable Network Graphics (PNG) Specification", 2003; RFC 1950 and 1951 for the stored blocks.
 */
export function encodeIndexedPng({ width, height, pixels, palette, transparent }: IndexedImage): Uint8Array {
  const lines = new Uint8Array(height * (width + 1));
  // Each line starts with its filter: none.
  for (let row = 0; row < height; row++) {
    lines.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const alpha = Array.from({ length: palette.length / 3 }, (_, i) => (i === transparent ? 0 : 255));
  return Uint8Array.from([
    ...SIGNATURE,
    ...chunk("IHDR", [...bigEndian(width), ...bigEndian(height), 8, 3, 0, 0, 0]),
    ...chunk("PLTE", palette),
    ...(transparent === undefined ? [] : chunk("tRNS", alpha)),
    ...chunk("IDAT", stored(lines)),
    ...chunk("IEND", []),
  ]);
}

/** A zlib stream that holds the bytes as they are. */
function* stored(bytes: Uint8Array): Generator<number> {
  yield* [0x78, 0x01];
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const block = bytes.subarray(start, start + BLOCK);
    const [low, high] = [block.length & 255, block.length >> 8];
    yield* [start + BLOCK >= bytes.length ? 1 : 0, low, high, ~low & 255, ~high & 255];
    yield* block;
  }
  yield* bigEndian(adler32(bytes));
}

/** Length, name, content and checksum of a part of the file. */
function chunk(name: string, content: Iterable<number>): number[] {
  const body = [...Array.from(name, (letter) => letter.charCodeAt(0)), ...content];
  return [...bigEndian(body.length - 4), ...body, ...bigEndian(crc32(body))];
}

function bigEndian(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
}

function crc32(bytes: readonly number[]): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}
