import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { withNamelessFile } from '../../src/lib/files/index.js';
import { asRoot } from '../support/only-where.js';

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

asRoot('one that there is no room for is an error, never a part of it', () => {
  const files = new URL('../../src/lib/files/index.js', import.meta.url).href;
  const code = `const { withNamelessFile } = await import('${files}');
    const end = await withNamelessFile(Buffer.alloc(20_000), (file) => file.stat()).catch((error) => error);
    console.log(end.code ?? end.size);`;
  const script = 'mount -t tmpfs -o size=8k none /dev/shm && exec "$0" --input-type=module -e "$1"';
  const { stdout, stderr } = spawnSync('env', ['unshare', '-m', 'sh', '-c', script, process.execPath, code], {
    encoding: 'utf8',
  });
  expect({ stdout, stderr }).toEqual({ stdout: 'VOPS-DISK-FULL\n', stderr: '' });
});
