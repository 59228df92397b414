import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { withNamelessFile } from '../../src/lib/files/index.js';

const named = () => readdirSync('/dev/shm').filter((name) => name.startsWith('viktoria-ops-'));

test('a nameless file is read by its descriptor, from the beginning, and is in no directory', async () => {
  const before = named();
  const text = await withNamelessFile('what nobody else may read', async ({ fd }) => {
    expect(named()).toEqual(before);
    return readFileSync(`/dev/fd/${fd}`, 'utf8');
  });
  expect(text).toBe('what nobody else may read');
  expect(named()).toEqual(before);
});
