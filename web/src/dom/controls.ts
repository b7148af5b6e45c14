import { element, freshId } from "./element.js";

/** A control with its value. */
export interface Control<Value> {
  readonly root: HTMLElement;
  value(): Value;
  set(value: Value): void;
}

/** How a slider looks and what it says. */
interface SliderOptions {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly value: number;
  /** The value in words. */
  readonly text?: (value: number) => string;
  readonly onInput?: (value: number) => void;
}

/** A labeled slider, which tells its value. */
export function slider({ label, text = String, onInput, value, ...range }: SliderOptions): Control<number> {
  const id = freshId("slider");
  const output = element("output", { for: id }, text(value));
  const input = element("input", { id, type: "range", ...range, value });
  const show = (): void => {
    const words = text(input.valueAsNumber);
    output.value = words;
    input.setAttribute("aria-valuetext", words);
  };
  input.addEventListener("input", () => {
    show();
    onInput?.(input.valueAsNumber);
  });
  show();
  return {
    root: element("div", { class: "control slider" }, element("label", { for: id }, label), output, input),
    value: () => input.valueAsNumber,
    set: (next) => {
      input.value = String(next);
      show();
    },
  };
}

interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

/** A row of choices of which one holds: radio buttons that look like tabs or chips. */
export function choice<Value extends string>(
  legend: string,
  options: readonly Option<Value>[],
  { value, onChange, look = "chips" }: { value: Value; onChange?: (value: Value) => void; look?: string },
): Control<Value> {
  const name = freshId("choice");
  const inputs = new Map<Value, HTMLInputElement>();
  const root = element(
    "fieldset",
    { class: `choice ${look}` },
    element("legend", { class: "quiet" }, legend),
    ...options.map((option) => {
      const input = element("input", {
        type: "radio",
        name,
        value: option.value,
        checked: option.value === value,
        onchange: () => onChange?.(option.value),
      });
      inputs.set(option.value, input);
      return element("label", {}, input, element("span", {}, option.label));
    }),
  );
  return {
    root,
    value: () => [...inputs].find(([, { checked }]) => checked)?.[0] ?? value,
    set: (next) => {
      for (const [own, input] of inputs) input.checked = own === next;
    },
  };
}

/** A labeled list to pick from. */
export function picker<Value extends string>(
  label: string,
  options: readonly Option<Value>[],
  { value, onChange }: { value: Value; onChange?: (value: Value) => void },
): Control<Value> {
  const id = freshId("picker");
  const select = element(
    "select",
    { id, onchange: () => onChange?.(select.value as Value) },
    ...options.map((option) =>
      element("option", { value: option.value, selected: option.value === value }, option.label),
    ),
  );
  return {
    root: element("div", { class: "control" }, element("label", { for: id }, label), select),
    value: () => select.value as Value,
    set: (next) => {
      select.value = next;
    },
  };
}

/** A labeled field for a number or a few words. */
export function textField(
  label: string,
  value: string,
  { onChange, width = 8, placeholder }: { onChange?: () => void; width?: number; placeholder?: string } = {},
): Control<string> {
  const id = freshId("text");
  const input = element("input", {
    id,
    type: "text",
    value,
    size: width,
    placeholder,
    spellcheck: "false",
    onchange: onChange,
  });
  return {
    root: element("div", { class: "control" }, element("label", { for: id }, label), input),
    value: () => input.value,
    set: (next) => {
      input.value = next;
    },
  };
}

/** A tick with its words. */
export function tick(label: string, isOn: boolean, onChange?: (isOn: boolean) => void): Control<boolean> {
  const input = element("input", {
    type: "checkbox",
    checked: isOn,
    onchange: () => onChange?.(input.checked),
  });
  return {
    root: element("label", { class: "tick" }, input, element("span", {}, label)),
    value: () => input.checked,
    set: (next) => {
      input.checked = next;
    },
  };
}
