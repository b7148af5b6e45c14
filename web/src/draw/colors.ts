/** Who a color stands for: the same in every picture. Okabe and Ito's palette, which color blindness leaves apart. */
export type Role = "reference" | "base" | "correction" | "coefficients" | "both" | "student" | "other";

/** The value of a custom property of the page, in the theme that holds. */
export const cssColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export const roleColor = (role: Role): string => cssColor(role);
