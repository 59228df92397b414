/** Puts values that earlier steps saved in the place of `{{name}}`. Pure. */

/** What the steps have saved. */
export type Saved = ReadonlyMap<string, unknown>;

const PLACEHOLDER = /\{\{(\w+)\}\}/g;

/** Encoded, so that a value stays inside its part of the path. */
export const fillPath = (path: string, saved: Saved): string =>
  path.replace(PLACEHOLDER, (_, name: string) => encodeURIComponent(wellFormed(textOf(saved.get(name)))));

export const fillText = (text: string, saved: Saved): string =>
  text.replace(PLACEHOLDER, (_, name: string) => textOf(saved.get(name)));

/** Plain data with every text filled; a text that is nothing but a placeholder becomes the value, whatever its type. */
export function fillData(data: unknown, saved: Saved): unknown {
  if (typeof data === 'string') {
    const whole = /^\{\{(\w+)\}\}$/.exec(data)?.[1];
    return whole === undefined ? fillText(data, saved) : saved.get(whole);
  }
  if (Array.isArray(data)) return data.map((item) => fillData(item, saved));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, fillData(value, saved)]));
}

/** JSON can hold half a surrogate pair, which no address can. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
