/** Elements made of text: markup is never made of data. */

export type Child = Node | string | null | undefined | false | readonly Child[];
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes (true: without a value; false or undefined: none) and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(attribute, value === true ? '' : String(value));
  made.append(...nodesOf(children));
  return made;
}

/** Replaces what is in the element, unless it would be the same: who reads or hears it is not disturbed. */
export function show(parent: Element, ...children: readonly Child[]): void {
  const next = element('div', {}, ...children);
  const isSame =
    next.childNodes.length === parent.childNodes.length &&
    [...next.childNodes].every((node, index) => node.isEqualNode(parent.childNodes[index] ?? null));
  if (!isSame) parent.replaceChildren(...next.childNodes);
}

export function button(label: string, press: (self: HTMLButtonElement) => void, attributes: Attributes = {}) {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', () => press(made));
  return made;
}

const nodesOf = (children: readonly Child[]): (Node | string)[] =>
  children.flatMap((child): (Node | string)[] => {
    if (child === null || child === undefined || child === false) return [];
    return isList(child) ? nodesOf(child) : [child];
  });

const isList = (child: Child): child is readonly Child[] => Array.isArray(child);
