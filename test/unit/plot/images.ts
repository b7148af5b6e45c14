import { inflateSync } from "node:zlib";

/** RGB of a pixel; RGBA where it is transparent. */
export type Pixel = readonly number[];

/** The embedded images of an SVG as rows of pixels, top row first: for indexed PNG files without line filters. */
export function decodeImages(svg: string): Pixel[][][] {
  return [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, data = ""]) =>
    decodePng(Buffer.from(data, "base64")),
  );
}

/** Decodes an indexed PNG with the standard library's inflate. */
export function decodePng(file: Buffer): Pixel[][] {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    chunks.set(file.toString("latin1", at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [header, palette, alpha] = ["IHDR", "PLTE", "tRNS"].map((name) => chunks.get(name));
  const width = header?.readUInt32BE(0) ?? 0;
  const lines = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  const pixel = (index: number): Pixel => {
    const color = [...(palette?.subarray(3 * index, 3 * index + 3) ?? [])];
    return alpha?.[index] === 0 ? [...color, 0] : color;
  };
  return Array.from({ length: header?.readUInt32BE(4) ?? 0 }, (_, row) =>
    Array.from(lines.subarray(row * (width + 1) + 1, (row + 1) * (width + 1)), pixel),
  );
}
