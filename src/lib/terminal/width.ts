/** How wide text is on a terminal, and text cut to a width. Our own colour codes take no room. */

const TOKEN = /\u001b\[\d+m|./gsu;
/** Marks that sit on the character before, joiners and selectors. */
const NO_WIDTH = /^[\p{M}\p{Cf}]$/u;
/** Emoji, and what Unicode's table of East Asian widths calls wide or full; rather too wide than too narrow. */
const DOUBLE_WIDTH =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** Columns that the text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const [token] of text.matchAll(TOKEN)) width += widthOfToken(token);
  return width;
}

/** The text, or its beginning and `…`: never wider than `width`. Colours that were begun are ended. */
export function cutTo(width: number, text: string): string {
  if (widthOf(text) <= width) return text;
  let room = width - 1;
  let kept = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const isColor = token.length > 1 && token.startsWith('\u001b');
    // Below zero for good: nothing narrow may follow what was too wide.
    if (!isColor) room = widthOfToken(token) > room ? -1 : room - widthOfToken(token);
    if (isColor || room >= 0) kept += token;
  }
  return width > 0 ? `${kept}…` : '';
}

/** The text in exactly `width` columns. */
export const padTo = (width: number, text: string): string => {
  const fitting = cutTo(width, text);
  return fitting + ' '.repeat(Math.max(0, width - widthOf(fitting)));
};

function widthOfToken(token: string): number {
  if (token.startsWith('\u001b') || NO_WIDTH.test(token)) return 0;
  return DOUBLE_WIDTH.test(token) ? 2 : 1;
}
