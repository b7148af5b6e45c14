/** Vega writes each mark as an empty element whose description is an `aria-label`. */
const describedMark = /<(path|line|rect)((?: [^<>]*?)? aria-label="([^"]*)"[^<>]*?)\/>/g;

/** Attributes that hold coordinates; texts and colors are left alone. */
const coordinateAttribute = / (d|transform|x|y|x1|x2|y1|y2|cx|cy|r|width|height)="([^"]*)"/g;

const longDecimal = /-?\d+\.\d{3,}(?:e-?\d+)?/g;

/**
 * Renames every identifier of an SVG to `prefix-0`, `prefix-1`, … in order of appearance, with its references,
 * so that several drawings can share one HTML document and do not depend on how many were drawn before.
 */
export function scopeSvgIds(svg: string, prefix: string): string {
  const safe = prefix.replace(/[^A-Za-z0-9_-]/g, "-");
  const names = new Map<string, string>();
  for (const match of svg.matchAll(/ id="([^"]+)"/g)) {
    const id = match[1] ?? "";
    if (!names.has(id)) names.set(id, `${safe}-${names.size}`);
  }
  const renamed = (id: string): string => names.get(id) ?? id;
  return svg
    .replace(/ id="([^"]+)"/g, (_, id: string) => ` id="${renamed(id)}"`)
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${renamed(id)})`)
    .replace(/ (xlink:href|href)="#([^"]+)"/g, (_, name: string, id: string) => ` ${name}="#${renamed(id)}"`);
}

/** Rounds coordinates to hundredths of a pixel, which nobody sees and which halves the file. */
export function roundCoordinates(svg: string): string {
  return svg.replace(coordinateAttribute, (_, name: string, value: string) => {
    return ` ${name}="${value.replace(longDecimal, (number) => String(Number(Number(number).toFixed(2)) || 0))}"`;
  });
}

/** Gives each described mark a `<title>`, which browsers show while the pointer rests on it. */
export function withHoverTitles(svg: string): string {
  return svg.replace(describedMark, (_, tag: string, attributes: string, label: string) => {
    return `<${tag}${attributes}><title>${label}</title></${tag}>`;
  });
}

/** Whether a coordinate is a million pixels or more away, or not a number: the rasterizer aborts on these. */
export function hasExtremeCoordinates(svg: string): boolean {
  for (const [, , value = ""] of svg.matchAll(coordinateAttribute)) {
    if (/(?<![.\d])\d{7,}|e\+?\d|NaN|Infinity/.test(value)) return true;
  }
  return false;
}
