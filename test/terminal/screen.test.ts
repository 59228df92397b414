import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeText } from '../../src/lib/terminal/escape.js';
import { fitTo, repaint } from '../../src/lib/terminal/frame.js';
import { cutTo, padTo, widthOf } from '../../src/lib/terminal/width.js';

const RED = '\u001b[31m';
const END = '\u001b[39m';

describe('width', () => {
  test.each([
    ['', 0],
    ['Grüße', 5],
    ['Gru\u0308ße', 5],
    ['東京', 4],
    ['👍 ok', 5],
    ['ﾊﾝｶｸ', 4],
    [`${RED}red${END}`, 3],
  ])('%j takes %d columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  test.each([
    ['fits', 4, 'fits'],
    ['too long', 4, 'too…'],
    ['東京都', 4, '東…'],
    [`${RED}too long${END}`, 4, `${RED}too${END}…`],
    ['none', 0, ''],
    ['one', 1, '…'],
  ])('%j cut to %d is %j', (text, width, cut) => {
    expect(cutTo(width, text)).toBe(cut);
  });

  const line = fc
    .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(RED, END, '東', '👍🏽', '\u0301')))
    .map((parts) => parts.map((part) => (part.startsWith('\u001b') ? part : escapeText(part))).join(''));

  test('nothing is wider than it may be, and padding is exact', () => {
    fc.assert(
      fc.property(line, fc.nat(60), (text, width) => {
        expect(widthOf(cutTo(width, text))).toBeLessThanOrEqual(width);
        expect(widthOf(padTo(width, text))).toBe(width);
      }),
    );
  });

  test('every colour that was begun is ended', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(20), (text, width) => {
        const cut = cutTo(width, `${RED}${escapeText(text)}${END}`);
        expect(cut.split(RED).length).toBe(cut.split(END).length);
      }),
    );
  });
});

describe('painting', () => {
  /** A terminal that knows what `repaint` uses. */
  function write(screen: readonly string[], bytes: string): string[] {
    const rows = bytes.startsWith('\u001b[2J') ? [] : [...screen];
    for (const [, row, text = ''] of bytes.matchAll(/\u001b\[(\d+);1H\u001b\[K([^\u001b]*)/g))
      rows[Number(row) - 1] = text;
    return Array.from({ length: rows.length }, (_, row) => rows[row] ?? '');
  }
  const picture = fc.array(fc.constantFrom('', 'one', 'two', 'three'), { maxLength: 6 });
  const trimmed = (lines: readonly string[]) => lines.join('\n').trimEnd();

  test('whatever was there, the new picture is', () => {
    fc.assert(
      fc.property(picture, picture, (before, after) => {
        expect(trimmed(write(before, repaint(before, after)))).toBe(trimmed(after));
        expect(trimmed(write(['rubbish', 'rubbish'], repaint(undefined, after)))).toBe(trimmed(after));
      }),
    );
  });

  test('what stays is not written again', () => {
    expect(repaint(['same', 'old'], ['same', 'new'])).toBe('\u001b[2;1H\u001b[Knew');
    expect(repaint(['same'], ['same'])).toBe('');
  });

  test('a picture larger than the screen is cut', () => {
    expect(fitTo(['long line', 'b', 'c'], { columns: 5, rows: 2 })).toEqual(['long…', 'b']);
  });
});
