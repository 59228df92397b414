/** Level 0 of verification, by table. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { directoryStore } from '../../src/lib/backup/directory-store.js';
import type { Manifest } from '../../src/lib/backup/manifest.js';
import { medianOf } from '../../src/lib/backup/size-trend.js';
import type { StoredFile } from '../../src/lib/backup/store.js';
import { judgePresence, lookAtFiles, type Presence } from '../../src/lib/backup/verify/presence.js';
import { manifestOf, writeBackup } from '../support/backups.js';
import { temporaryDirectory } from '../support/run.js';

const NOW = new Date('2026-11-23T03:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const stored = ({ files }: Manifest, change: Partial<StoredFile> = {}): Presence['files'] =>
  new Map(files.map(({ path, sizeBytes }) => [path, { sizeBytes, mode: 0o600, directoryMode: 0o700, ...change }]));
const judge = (manifest: Manifest, presence: Partial<Presence> = {}) =>
  judgePresence(manifest, { files: stored(manifest), history: [], now: NOW, maxAgeMs: null, ...presence }).map(
    ({ severity, code, message }) => ({ what: `${severity} ${code}`, message }),
  );
const config = manifestOf({ createdAt: daysAgo(3) });

test.each<[string, Partial<Presence>, string[]]>([
  ['as it was made', {}, []],
  ['a file is missing', { files: new Map() }, ['error VOPS-BACKUP-DAMAGED']],
  ['a byte less', { files: stored(config, { sizeBytes: 6 }) }, ['error VOPS-BACKUP-DAMAGED']],
  ['readable by the group', { files: stored(config, { mode: 0o640 }) }, ['warning VOPS-BACKUP-MODE']],
  ['its directory open', { files: stored(config, { directoryMode: 0o755 }) }, ['warning VOPS-BACKUP-MODE']],
  ['in a bucket', { files: new Map(config.files.map(({ path, sizeBytes }) => [path, { sizeBytes }])) }, []],
  ['young enough', { maxAgeMs: 3 * 86_400_000 }, []],
  ['too old', { maxAgeMs: 3 * 86_400_000 - 1 }, ['warning VOPS-BACKUP-OLD']],
])('%s', (_, presence, findings) => {
  expect(judge(config, presence).map(({ what }) => what)).toEqual(findings);
});

describe('size against the median of the seven before it', () => {
  const dump = (days: number, sizeBytes: number, about: { rows?: number; bytes?: number; path?: string } = {}) =>
    manifestOf({
      kind: 'database',
      createdAt: daysAgo(days),
      content: { [about.path ?? 'dump.zst']: 'x' },
      sizeBytes,
      database: {
        name: 'app',
        system: '7',
        serverVersion: '15',
        programVersion: '15',
        sizeBytes: about.bytes ?? 1000,
        encoding: 'UTF8',
        collate: 'C',
        ctype: 'C',
        collationVersion: null,
        extensions: [],
        tables: [
          {
            schema: 'public',
            name: 't',
            extension: null,
            sizeBytes: 1,
            rows: about.rows ?? 100,
            columns: '',
            content: null,
          },
        ],
      },
    });
  const usual = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((days) => dump(days, days > 7 ? 5 : 100));

  test.each<[string, Manifest, string[]]>([
    ['as usual', dump(0, 100), []],
    ['29 % smaller', dump(0, 71), []],
    ['30 % smaller', dump(0, 70), ['warning VOPS-BACKUP-SIZE']],
    ['60 % smaller', dump(0, 40), ['error VOPS-BACKUP-SIZE']],
    ['empty', dump(0, 0), ['error VOPS-BACKUP-SIZE']],
    ['larger', dump(0, 900), []],
    ['half, and so are the rows', dump(0, 50, { rows: 50 }), ['info VOPS-BACKUP-SIZE']],
    ['half, and so is the database in bytes', dump(0, 50, { bytes: 500 }), ['info VOPS-BACKUP-SIZE']],
    ['a tenth, and so are the rows', dump(0, 10, { rows: 10 }), ['warning VOPS-BACKUP-SIZE']],
    ['a tenth, and half the rows', dump(0, 10, { rows: 50 }), ['error VOPS-BACKUP-SIZE']],
    ['the database is empty all at once', dump(0, 10, { rows: 0 }), ['error VOPS-BACKUP-SIZE']],
    ['packed another way', dump(0, 10, { path: 'dump.gz' }), []],
  ])('%s', (_, manifest, findings) => {
    expect(judge(manifest, { history: usual }).map(({ what }) => what)).toEqual(findings);
  });

  test('says what it compares', () => {
    const [half] = judge(dump(0, 50, { rows: 40 }), { history: usual });
    expect(half?.message).toContain(
      'has 50 B, 50 % smaller than the usual 100 B, while the rows of the database became 60 % fewer',
    );
    const [less] = judge(dump(0, 50), { history: usual });
    expect(less?.message).toContain('while the database in bytes are what they were');
  });

  test('bad ones and later ones are not compared with', () => {
    const failure = { level: 1, at: NOW.toISOString(), reason: 'cut' } as const;
    const history = [{ ...dump(5, 10), failure }, dump(4, 100), dump(-1, 10), dump(-2, 10)];
    expect(judge(dump(0, 50), { history }).map(({ what }) => what)).toEqual(['warning VOPS-BACKUP-SIZE']);
  });
});

test.each([
  [[], undefined],
  [[3], 3],
  [[1, 9], 5],
  [[9, 1, 5], 5],
])('the median of %j is %j', (values, median) => {
  expect(medianOf(values)).toBe(median);
});

test('facts of real files', async () => {
  const catalogue = temporaryDirectory();
  const manifest = writeBackup(catalogue, { createdAt: daysAgo(0), content: { 'a/b': 'bb', c: 'c', d: 'd' } });
  const store = directoryStore(catalogue);
  const look = async () => judge(manifest, { files: await lookAtFiles(store, manifest) });
  expect(await look()).toEqual([]);
  chmodSync(join(catalogue, manifest.id, 'manifest.json'), 0o644);
  chmodSync(join(catalogue, manifest.id, 'a'), 0o755);
  writeFileSync(join(catalogue, manifest.id, 'c'), 'longer');
  rmSync(join(catalogue, manifest.id, 'd'));
  expect((await look()).map(({ message }) => message)).toEqual([
    `${manifest.id}/c has 6 bytes, and had 1 when it was made`,
    `${manifest.id}/d is missing`,
    `${manifest.id}: manifest.json has not mode 0600; its directory is open to others`,
  ]);
});
