import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { fill, json, quoted, unitWord } from '../../src/lib/init/fill.js';

test('any text is read from YAML as it was', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parse(`key: ${json(text)} # comment`).key === text));
});

test.each(['with "quotes"', 'two\nlines'])('%j cannot be said without escapes', (text) => {
  expect(() => quoted(text)).toThrow('cannot be written');
});

test('a word of a unit file: quotes, backslashes and specifiers are escaped', () => {
  const path = 'back end "of" 100% \\ ours';
  expect(unitWord(path)).toBe('"back end \\"of\\" 100%% \\\\ ours"');
  expect(() => unitWord('two\nlines')).toThrow('cannot be written');
});

test('a placeholder without a value is a bug, not an empty place', async () => {
  await expect(fill('cron/viktoria-ops', { path: '"/bin"' })).rejects.toThrow('cron/viktoria-ops asks for config');
});
