/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

interface ElementOptions {
  className?: string;
  text?: string;
  attributes?: Readonly<Record<string, string>>;
}

/** A new element; text goes in as textContent, so nothing a person typed is ever markup. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  options: ElementOptions = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (options.className !== undefined) element.className = options.className;
  if (options.text !== undefined) element.textContent = options.text;
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** One of the drawings at the end of index.html; with a label it is an image, without it decoration. */
export function icon(name: string, label?: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon-${name}`);
  if (label === undefined) {
    svg.setAttribute("aria-hidden", "true");
  } else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** An element of index.html, of the class the caller needs; absent means page and script do not match. */
export function byId<Wanted extends HTMLElement>(
  id: string,
  wanted: abstract new () => Wanted,
): Wanted {
  const element = document.getElementById(id);
  if (element instanceof wanted) return element;
  throw new Error(`index.html has no ${wanted.name} with id "${id}"`);
}

/** Text only a screen reader meets. */
export function spoken(text: string): HTMLElement {
  return el("span", { className: "spoken", text });
}

/** Up to two letters that stand for a name in its round picture. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map(
    (word) => [...(word ?? "")][0],
  );
  return letters.join("").toLocaleUpperCase();
}
