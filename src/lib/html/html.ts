/** Markup in which text cannot become markup. */

const IS_HTML = Symbol('html');

/** Made by `html` alone. */
export interface Html {
  readonly [IS_HTML]: true;
  readonly markup: string;
}

export type Part = string | number | null | undefined | Html | readonly Part[];

/**
 * The tag of a template: what is put in is escaped, for content and for quoted attributes alike, unless it is `Html`
 * itself. Lists are joined; null is nothing.
 */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  trusted(strings.map((text, index) => text + markupOf(parts[index])).join(''));

/** Markup of our own, such as a stylesheet: never text from outside. */
export const trusted = (markup: string): Html => ({ [IS_HTML]: true, markup });

function markupOf(part: Part): string {
  if (part === null || part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'markup' in part ? part.markup : part.map(markupOf).join('');
}

// Controls that HTML does not allow, and marks that reorder what is read.
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(UNSAFE, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
