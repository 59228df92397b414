import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Written } from '../../src/lib/backup/catalogue.js';
import { createBackup } from '../../src/lib/backup/index.js';
import { Manifest, readManifest, writeManifest } from '../../src/lib/backup/manifest.js';

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
    return { files: [{ path: 'a', mode: 0o640 }] };
  });
  expect(seen).toEqual(['a']);
  expect(readdirSync(catalogue)).toEqual([manifest.id]);
  expect(readManifest(readFileSync(join(path, 'manifest.json'), 'utf8'))).toEqual(manifest);
  expect(manifest.files).toMatchObject([{ path: 'a', mode: '0640', sizeBytes: 7 }]);
});

test.each<[string, (into: string) => Promise<Written> | never, string | undefined]>([
  [
    'a writer that fails',
    () => {
      throw new Error('producer died');
    },
    undefined,
  ],
  [
    'a file that was promised and is not there',
    async () => ({ files: [{ path: 'absent', mode: 0o600 }] }),
    'VOPS-FILE',
  ],
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
  const left = readdirSync(catalogue).find((name) => name.endsWith('.partial')) ?? '';
  expect(existsSync(join(catalogue, left, 'manifest.json'))).toBe(false);

  const next = await createBackup(catalogue, draft, async () => ({ files: [] }));
  expect(next.swept).toEqual([join(catalogue, left)]);
  expect(readdirSync(catalogue).filter((name) => !name.endsWith('.lock'))).toEqual([next.manifest.id]);
});

test('what another process is still making is left alone', async () => {
  await createBackup(catalogue, draft, async (into) => {
    const { swept } = await createBackup(catalogue, draft, async () => ({ files: [] }));
    expect(swept).toEqual([]);
    expect(existsSync(into)).toBe(true);
    return { files: [] };
  });
});

test('a manifest with any one bit flipped is no manifest, or says the same', () => {
  const manifest = {
    schemaVersion: 1,
    id: 'config-20260101T030000Z-0123abcd',
    kind: 'config',
    createdAt: '2026-01-01T03:00:00.000Z',
    host: 'h',
    source: '/srv',
    files: [{ path: 'a', sizeBytes: 7, sha256: 'a'.repeat(64), mode: '0640' }],
    notes: ['n'],
    verified: [{ level: 1, at: '2026-01-01T03:00:00.000Z', durationMs: 0 }],
  } as const;
  const text = Buffer.from(writeManifest(Manifest.parse(manifest)));
  for (let bit = 0; bit < text.length * 8; bit++) {
    const flipped = Buffer.from(text);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const read = readManifest(flipped.toString('utf8'));
    if (read) expect(read).toEqual(manifest); // white space
  }
  expect(readManifest(text.toString('utf8'))).toEqual(manifest);
});
