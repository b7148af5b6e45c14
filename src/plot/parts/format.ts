const superscripts: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

const byteUnits = ["kB", "MB", "GB", "TB", "PB"] as const;

const suffixes = ["", "k", "M", "G", "T", "P"] as const;

/**
 * A number for people, with three significant digits: `56`, `0.0125`, `3.20e-5`, `1.2k`, `3.4M`.
 * Integers lose trailing zeros, measured numbers keep them; below 10⁻³ and from 10¹⁸ the form is scientific.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  if (value < 0) return `−${formatNumber(-value)}`;
  const rounded = Number(value.toPrecision(3));
  if (rounded < 1e-3 || rounded >= 1e18) return value.toExponential(2).replace("+", "");
  const thousands = rounded < 1000 ? 0 : Math.floor(Math.log10(rounded) / 3 + 1e-9);
  const digits = (rounded / 1000 ** thousands).toPrecision(3);
  return `${Number.isInteger(value) ? Number(digits) : digits}${suffixes[thousands] ?? ""}`;
}

/** A duration for people, given in milliseconds: `85.2 µs`, `12.3 ms`, `1.25 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatMilliseconds(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return formatNumber(milliseconds);
  if (milliseconds < 0) return `−${formatMilliseconds(-milliseconds)}`;
  if (milliseconds === 0) return "0 ms";
  if (milliseconds < 0.09995) return `${(milliseconds * 1000).toPrecision(3)} µs`;
  if (milliseconds < 999.5) return `${milliseconds.toPrecision(3)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toPrecision(3)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** A share between 0 and 1 as percentage: `0%`, `0.31%`, `12.5%`, `100%`. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return formatNumber(share);
  if (share === 0) return "0%";
  const percent = share * 100;
  return `${Number(percent.toPrecision(Math.abs(percent) < 1 ? 2 : 3))}%`;
}

/** An amount of memory for people, in decimal units: `512 B`, `12.3 kB`, `1.25 GB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return formatNumber(bytes);
  if (bytes < 0) return `−${formatBytes(-bytes)}`;
  if (bytes < 999.5) return `${Math.round(bytes)} B`;
  const power = Math.min(byteUnits.length, Math.floor(Math.log10(Number(bytes.toPrecision(3))) / 3 + 1e-9));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${byteUnits[power - 1]}`;
}

/** A factor of at least 1, with two digits below ten and without decimals above: `1.8`, `12`, `112`. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return formatNumber(ratio);
  return ratio < 9.95 ? ratio.toFixed(1) : String(Math.round(ratio));
}

/** A power of ten as text: `10⁻³`. @param exponent an integer. */
export function powerOfTen(exponent: number): string {
  return `10${[...String(exponent)].map((digit) => superscripts[digit] ?? digit).join("")}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
