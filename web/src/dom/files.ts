import type { NamedFile } from "../worker/files.js";
import { element, freshId } from "./element.js";

/** Lets the visitor keep a file. */
export function save({ name, bytes }: NamedFile): void {
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A place to drop files, which is also a button to pick them. */
export function dropPlace(
  title: string,
  hint: string,
  {
    accept,
    multiple = false,
    onFiles,
  }: {
    readonly accept: string;
    readonly multiple?: boolean;
    readonly onFiles: (first: File, ...others: File[]) => void;
  },
): HTMLElement {
  const id = freshId("file");
  const take = (files: FileList | null | undefined): void => {
    const [first, ...others] = files ?? [];
    if (first !== undefined) onFiles(first, ...others);
  };
  const input = element("input", {
    id,
    type: "file",
    accept,
    multiple,
    class: "beyond",
    onchange: () => {
      take(input.files);
      input.value = "";
    },
  });
  const over = (isOver: boolean) => (event: DragEvent) => {
    event.preventDefault();
    root.classList.toggle("over", isOver);
  };
  const root: HTMLElement = element(
    "div",
    {
      class: "drop",
      ondragover: over(true),
      ondragleave: over(false),
      ondrop: (event: DragEvent) => {
        over(false)(event);
        take(event.dataTransfer?.files);
      },
    },
    input,
    element("label", { for: id }, element("strong", {}, title), element("span", {}, hint)),
  );
  return root;
}
