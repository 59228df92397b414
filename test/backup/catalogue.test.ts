import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createBackup } from '../../src/lib/backup/index.js';

let catalogue: string;
beforeEach(() => {
  catalogue = mkdtempSync(join(tmpdir(), 'vo-catalogue-'));
});
afterEach(() => {
  rmSync(catalogue, { recursive: true, force: true });
});

const draft = { kind: 'config', source: '/srv', notes: [], createdAt: new Date('2026-01-01T03:00:00Z') } as const;

test('the manifest is written last, the directory renamed at the end', async () => {
  let seen: readonly string[] = [];
  const { path, manifest } = await createBackup(catalogue, draft, async (into) => {
    expect(into).toMatch(/config-20260101T030000Z-[0-9a-f]{8}\.partial$/);
    writeFileSync(join(into, 'a'), 'content');
    seen = readdirSync(into);
    return [{ path: 'a', mode: 0o640 }];
  });
  expect(seen).toEqual(['a']);
  expect(readdirSync(catalogue)).toEqual([manifest.id]);
  expect(JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8'))).toEqual(manifest);
  expect(manifest.files).toMatchObject([{ path: 'a', mode: '0640', sizeBytes: 7 }]);
});

test.each<[string, (into: string) => Promise<never[]> | never, string | undefined]>([
  [
    'a writer that fails',
    () => {
      throw new Error('producer died');
    },
    undefined,
  ],
  ['a file that was promised and is not there', async () => [{ path: 'absent', mode: 0o600 }] as never[], 'VOPS-FILE'],
])('%s leaves nothing', async (_, write, code) => {
  const failed = createBackup(catalogue, draft, async (into) => {
    writeFileSync(join(into, 'half'), 'x');
    return write(into);
  });
  await expect(failed).rejects.toMatchObject(code ? { code } : { message: 'producer died' });
  expect(readdirSync(catalogue)).toEqual([]);
});

test('a process killed while writing leaves nothing that looks whole', async () => {
  const script = `import(${JSON.stringify(import.meta.resolve('../../src/lib/backup/index.js'))})
    .then(({ createBackup }) => createBackup(process.argv[1],
      { kind: 'config', source: '/', notes: [], createdAt: new Date() },
      async (into) => { require('fs').writeFileSync(into + '/a', 'x'); console.log('ready'); await new Promise(() => setInterval(() => {}, 1000)); }));`;
  const child = spawn(process.execPath, ['-e', script, catalogue], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const [left = '', ...others] = readdirSync(catalogue);
  expect(others).toEqual([]);
  expect(left).toMatch(/\.partial$/);
  expect(existsSync(join(catalogue, left, 'manifest.json'))).toBe(false);
});
