/** Advance widths of Carlito Regular for the characters U+0020 … U+007E, in thousandths of the font size. */
const asciiWidths: readonly number[] = [
  226, 326, 401, 498, 507, 715, 682, 221, 303, 303, 498, 498, 250, 306, 252, 386, 507, 507, 507, 507, 507,
  507, 507, 507, 507, 507, 268, 268, 498, 498, 498, 463, 894, 579, 544, 533, 615, 488, 459, 631, 623, 252,
  319, 520, 420, 855, 646, 662, 517, 673, 543, 459, 487, 642, 567, 890, 519, 487, 468, 307, 386, 307, 498,
  498, 291, 479, 525, 423, 525, 498, 305, 471, 525, 229, 239, 455, 229, 799, 525, 527, 525, 525, 349, 391,
  335, 525, 452, 715, 433, 453, 395, 314, 460, 314, 498,
];

const superscriptWidth = 380;
const otherWidth = 550;
const boldFactor = 1.03;

/**
 * Width of one line of text in CSS pixels, as the figure font draws it without kerning.
 * Characters outside ASCII have a typical width.
 */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const superscript = code >= 0x2070 && code <= 0x209f;
    thousandths += asciiWidths[code - 32] ?? (superscript ? superscriptWidth : otherWidth);
  }
  return (thousandths / 1000) * fontSize * (bold ? boldFactor : 1);
}
