/** Damage that files come to: seeded, so that a number names a mutant. */

/** Numbers in [0, 1) from a seed, the same everywhere: mulberry32. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What is put where a number stood in text. */
const numbers = [
  "0",
  "-1",
  "1e309",
  "-1e309",
  "NaN",
  "null",
  "9007199254740993",
  "4294967296",
  "1e-320",
  '"7"',
  "[]",
];
/** What is put where a name stood. */
const names = ["__proto__", "constructor", "toString", "", "\\u0000", "\\u001b[2J", "a".repeat(300)];
/** Little-endian extremes of lengths and offsets. */
const extremes = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0xffffffff];

const pick = (random, from) => from[Math.floor(random() * from.length)];
const place = (random, bytes) => Math.floor(random() * Math.max(1, bytes.length));

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Where heads of files are, most damage tells. */
const near = (random, bytes) =>
  random() < 0.5 ? place(random, bytes) : place(random, bytes.subarray(0, 400));

const bytewise = [
  (bytes, random) => {
    const copy = bytes.slice();
    const at = near(random, bytes);
    copy[at] ^= 1 << Math.floor(random() * 8);
    return copy;
  },
  (bytes, random) => {
    const copy = bytes.slice();
    copy[near(random, bytes)] = Math.floor(random() * 256);
    return copy;
  },
  (bytes, random) => {
    const copy = bytes.slice();
    if (copy.length < 4) return copy;
    const at = Math.min(near(random, bytes), copy.length - 4);
    new DataView(copy.buffer).setUint32(at, pick(random, extremes), true);
    return copy;
  },
  (bytes, random) => bytes.slice(0, place(random, bytes)),
  (bytes, random) => {
    const [from, to] = [near(random, bytes), near(random, bytes)].sort((a, b) => a - b);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, random) => {
    const at = near(random, bytes);
    const piece = bytes.subarray(at, at + 1 + Math.floor(random() * 64));
    return joined(bytes.subarray(0, at), piece, piece, bytes.subarray(at));
  },
  (bytes, random) => {
    const at = near(random, bytes);
    const noise = Uint8Array.from({ length: 1 + Math.floor(random() * 16) }, () =>
      Math.floor(random() * 256),
    );
    return joined(bytes.subarray(0, at), noise, bytes.subarray(at));
  },
  (bytes, random, other) =>
    joined(bytes.subarray(0, near(random, bytes)), other.subarray(near(random, other))),
];

/** Swaps one number or quoted name of what is text in a file; Latin-1 keeps every other byte as it is. */
function textual(bytes, random) {
  const text = Buffer.from(bytes).toString("latin1");
  const isNumber = random() < 0.6;
  const found = [...text.matchAll(isNumber ? /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g : /"[^"\n]{0,60}"/g)];
  if (found.length === 0) return bytes;
  const { index, 0: old } = pick(random, found);
  const put = isNumber ? pick(random, numbers) : `"${pick(random, names)}"`;
  return new Uint8Array(Buffer.from(text.slice(0, index) + put + text.slice(index + old.length), "latin1"));
}

/** Mutant number `seed` of files of one kind: one to four kinds of damage, one after the other. */
export function mutant(files, seed) {
  const random = randomOf(seed * 2654435761 + 97);
  let bytes = pick(random, files);
  const rounds = 1 + Math.floor(random() * 4);
  for (let i = 0; i < rounds; i++)
    bytes =
      random() < 0.3 ? textual(bytes, random) : pick(random, bytewise)(bytes, random, pick(random, files));
  return bytes;
}
