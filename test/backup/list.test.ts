/** The list of backups, and the backup people mean. */
import { chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { directoryStore } from '../../src/lib/backup/directory-store.js';
import type { Manifest } from '../../src/lib/backup/manifest.js';
import { selectBackup } from '../../src/lib/backup/select.js';
import { type BackupOptions, manifestOf, writeBackup } from '../support/backups.js';
import { asRoot } from '../support/only-where.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const HOUR_MS = 3_600_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS);
const failure = { level: 2, at: '2026-11-23T04:00:00.000Z', reason: 'the dump is cut' } as const;
const database = (name: string): Partial<BackupOptions> => ({
  kind: 'database',
  source: `postgresql://localhost/${name}`,
  database: {
    name,
    system: '7',
    serverVersion: '15',
    programVersion: '15',
    sizeBytes: 1,
    encoding: 'UTF8',
    collate: 'C',
    ctype: 'C',
    collationVersion: null,
    extensions: [],
    tables: [],
  },
});

function place() {
  const directory = temporaryDirectory();
  const catalogue = join(directory, 'backups');
  mkdirSync(catalogue, { mode: 0o700 });
  const config = join(directory, 'config.json');
  const settings = { backup: { directory: catalogue, maxAge: '10d' }, database: { database: 'app' } };
  writeFileSync(config, JSON.stringify(settings), { mode: 0o600 });
  const add = (hours: number, about: Partial<BackupOptions> = {}) =>
    writeBackup(catalogue, { createdAt: hoursAgo(hours), ...about });
  return { catalogue, argv: ['--config', config], add };
}

const codesOf = (document: { findings: { code: string; severity: string }[] }) =>
  document.findings.map(({ code, severity }) => `${severity} ${code}`);

describe('backup list', () => {
  test('the first line: the newest proven backup of this very database, and its age', async () => {
    const { argv, add } = place();
    add(50, { ...database('app'), levels: [1, 2, 3] });
    const newest = add(5, { ...database('app'), levels: [1, 2] });
    add(4, { ...database('app'), failure });
    add(3, database('app-staging'));
    add(2);
    const { code, stdout } = await run(['backup', 'list', ...argv]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^WARNING\\s+backup list: the newest proven backup of the database is 5 h old \\(level 2\\): ${newest.id}; 5 backups, 4 good, `,
      ),
    );
    expect(stdout).toContain('the dump is cut');
    const { document } = await runJson(['backup', 'list', ...argv]);
    expect(document.result).toMatchObject({ subject: 'database', newest: { id: newest.id, level: 2, state: 'good' } });
    expect(document.result.groups).toMatchObject([
      { group: 'database 7/app', backups: 3, good: 2, newestGood: newest.id },
      { group: 'database 7/app-staging', backups: 1 },
      { group: 'config /srv/backend', backups: 1 },
    ]);
    expect(codesOf(document)).toEqual(['warning VOPS-BACKUP-FAILED']);
  });

  test('everything there is to say of one', async () => {
    const { argv, add } = place();
    for (const hours of [40, 30, 20]) add(hours, { content: { 'data.zst.age': 'x'.repeat(100) } });
    add(25, { content: { 'data.gz': 'x' } }); // stored another way: nothing to compare with
    const one = add(10, {
      name: 'daily',
      content: { 'data.zst.age': 'x'.repeat(150) },
      levels: [1, 3],
      pinned: { at: '2026-01-01T00:00:00.000Z', reason: 'upgrade' },
      copies: [{ store: 's3://bucket/prefix', at: '2026-01-01T00:00:00.000Z' }],
    });
    const { document } = await runJson(['backup', 'list', '--kind', 'config', ...argv]);
    expect(document.result.newest).toMatchObject({
      id: one.id,
      name: 'daily',
      sizeBytes: 150,
      sizeTrend: 0.5,
      level: 3,
      encrypted: true,
      pinned: { reason: 'upgrade' },
      copies: ['s3://bucket/prefix'],
    });
    const { stdout } = await run(['backup', 'list', '--kind', 'config', ...argv]);
    expect(stdout).toContain('+50 %');
    expect(stdout).toContain('daily, pinned: upgrade, encrypted, also in s3://bucket/prefix');
  });

  test.each<[string, (add: ReturnType<typeof place>['add']) => void, string[], number]>([
    ['nothing at all', () => {}, ['warning VOPS-BACKUP-NONE'], 0],
    [
      'a failed one only',
      (add) => add(1, { ...database('app'), failure }),
      ['error VOPS-BACKUP-NONE', 'warning VOPS-BACKUP-FAILED'],
      1,
    ],
    ['only of another database', (add) => add(1, database('other')), ['error VOPS-BACKUP-NONE'], 1],
    ['one of two months ago', (add) => add(24 * 60, database('app')), ['warning VOPS-BACKUP-OLD'], 0],
    [
      'an old snapshot beside a new dump',
      (add) => {
        add(24 * 11);
        add(1, database('app'));
      },
      ['warning VOPS-BACKUP-OLD'],
      0,
    ],
    [
      'one of the future does not hide that there is none of today',
      (add) => {
        add(24 * 60, database('app'));
        add(-24 * 3650, database('app'));
      },
      ['warning VOPS-BACKUP-OLD', 'warning VOPS-BACKUP-FUTURE'],
      0,
    ],
    [
      'one never verified',
      (add) => {
        add(2, database('app'));
        add(1, { levels: [] });
      },
      ['info VOPS-BACKUP-UNPROVEN'],
      0,
    ],
  ])('%s', async (_, prepare, findings, exit) => {
    const { argv, add } = place();
    prepare(add);
    const { code, document } = await runJson(['backup', 'list', ...argv]);
    expect({ findings: codesOf(document), code }).toEqual({ findings, code: exit });
  });

  test('damaged ones are named, with the reason', async () => {
    const { catalogue, argv, add } = place();
    add(1, database('app'));
    const broken = add(2, database('app'));
    const path = join(catalogue, broken.id, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"host": "host"', '"host": "hosT"'));
    const { code, document } = await runJson(['backup', 'list', ...argv]);
    expect({ code, codes: codesOf(document) }).toEqual({ code: 0, codes: ['warning VOPS-BACKUP-DAMAGED'] });
    expect(document.result.damaged).toMatchObject([{ id: broken.id }]);
    expect(document.result.totals).toMatchObject({ backups: 1, damaged: 1 });
  });

  test('a catalogue that cannot be read is an error, not an empty list', async () => {
    const { catalogue, argv } = place();
    rmSync(catalogue, { recursive: true });
    symlinkSync(catalogue, catalogue); // as no rights keep root out
    const { code, document } = await runJson(['backup', 'list', ...argv]);
    expect({ code, error: document.error.code }).toEqual({ code: 1, error: 'VOPS-FILE' });
  });
});

describe('backup pin and unpin', () => {
  test('pin by an ending, again, with another reason, and unpin', async () => {
    const { catalogue, argv, add } = place();
    const { id } = add(1);
    const pinned = async () => (await directoryStore(catalogue).list()).backups[0]?.pinned;
    const dry = await runJson(['backup', 'pin', id.slice(-8), '--dry-run', ...argv]);
    expect(dry.document.result).toMatchObject({ id, applied: false, pinned: {}, before: null });
    expect(await pinned()).toBeUndefined();
    const { code, stdout } = await run(['backup', 'pin', id.slice(-8), '--reason', 'the $(upgrade)', ...argv]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(`${id} stays`) });
    expect(await pinned()).toMatchObject({ reason: 'the $(upgrade)' });
    const again = await run(['backup', 'pin', id, ...argv]);
    expect(again.stdout).toContain('was pinned already');
    expect(await pinned()).toMatchObject({ reason: 'the $(upgrade)' });
    await run(['backup', 'pin', id, '--reason', 'another', ...argv]);
    expect(await pinned()).toMatchObject({ reason: 'another' });
    expect((await run(['backup', 'unpin', 'newest', ...argv])).stdout).toContain('left to the retention again');
    expect(await pinned()).toBeUndefined();
    expect((await run(['backup', 'unpin', 'newest', ...argv])).stdout).toContain('was not pinned');
  });

  asRoot('root does not change the catalogue of somebody else, who could not read it any more', async () => {
    const { argv, add, catalogue } = place();
    const { id } = add(1);
    const manifest = join(catalogue, id, 'manifest.json');
    for (const path of [catalogue, join(catalogue, id), manifest]) chownSync(path, 65_534, 65_534);
    const { code, document } = await runJson(['backup', 'pin', id, ...argv]);
    expect({ code, error: document.error.code }).toEqual({ code: 1, error: 'VOPS-FILE-UNSAFE' });
    expect(document.error.hint).toContain('run as that user');
    expect(statSync(manifest).uid).toBe(65_534);
    expect(readdirSync(catalogue)).toEqual([id]);
  });

  test('a draft of the manifest that a killed process left is tidied', async () => {
    const { catalogue, argv, add } = place();
    const { id } = add(1);
    writeFileSync(join(catalogue, id, 'manifest.json.0123456789ab.partial'), '{');
    expect((await run(['backup', 'pin', id, ...argv])).code).toBe(0);
    expect(await directoryStore(catalogue).stat(id, 'manifest.json.0123456789ab.partial')).toBeUndefined();
  });

  test.each(['no-such-backup', '-rf', '$(id)', '../..', ' '])('%j is not found, exit 2', async (text) => {
    const { argv, add } = place();
    add(1);
    const { code, stdout } = await run(['backup', 'pin', '--json', ...argv, '--', text]);
    expect({ code, error: JSON.parse(stdout).error.code }).toEqual({ code: 2, error: 'VOPS-BACKUP-NOT-FOUND' });
  });
});

describe('selectBackup', () => {
  const at = (iso: string, about: Partial<BackupOptions>) => manifestOf({ createdAt: new Date(iso), ...about });
  const first = at('2026-11-20T03:00:00Z', { id: 'config-20261120T030000Z-aaaaaaaa', name: 'daily' });
  const second = at('2026-11-21T03:00:00Z', { id: 'config-20261121T030000Z-bbbbbbbb', name: 'weekly' });
  const bad = at('2026-11-22T03:00:00Z', { id: 'config-20261122T030000Z-bcbcbcbc', failure });
  const damaged = [{ id: 'files-20261122T030000Z-dddddddd', reason: 'cut' }];
  const listing = { backups: [first, second, bad], damaged };

  test.each([
    ['newest', second],
    ['config-20261120T030000Z-aaaaaaaa', first],
    ['config-20261120', first],
    ['aaaa', first],
    ['bbbbbbbb', second],
    ['daily', first],
    ['/var/backups/config-20261120T030000Z-aaaaaaaa', first],
    ['/var/backups/config-20261120T030000Z-aaaaaaaa/', first],
    ['bcbcbcbc', bad],
  ])('%s', (text, wanted) => {
    expect(selectBackup(listing, text).id).toBe(wanted.id);
  });

  test.each([
    ['config-2026112', 'VOPS-USAGE', /config-20261120T030000Z-aaaaaaaa, config-20261121T030000Z-bbbbbbbb/],
    ['dddddddd', 'VOPS-BACKUP-DAMAGED', /is damaged: cut/],
    ['', 'VOPS-BACKUP-NOT-FOUND', /no backup/],
    ['/', 'VOPS-BACKUP-NOT-FOUND', /no backup/],
    ['20261120', 'VOPS-BACKUP-NOT-FOUND', /no backup/],
  ])('%j: %s', (text, code, message) => {
    expect(() => selectBackup(listing, text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test('newest: rather of the database in use, never what a restore was about to replace', () => {
    const [own, safety, other] = [
      at('2026-11-20T03:00:00Z', database('club')),
      at('2026-11-21T03:00:00Z', { ...database('club'), name: 'before-restore' }),
      at('2026-11-22T03:00:00Z', database('other')),
    ];
    const newest = (backups: readonly Manifest[], name: string) =>
      selectBackup({ backups, damaged: [] }, 'newest', { kind: 'database', source: 'here', database: name }).id;
    expect(newest([first, own, safety, other], 'club')).toBe(own.id);
    expect(newest([first, other], 'none')).toBe(other.id);
    expect(() => newest([first, own, safety, other], 'none')).toThrow('there is no backup of here');
    expect(newest([safety, other], 'club')).toBe(safety.id);
  });

  test('a slip of the finger is put right', () => {
    for (const [text, near] of [
      ['aaaaabaa', 'aaaaaaaa'],
      ['dialy', 'daily'],
      ['newst', 'newest'],
    ]) {
      expect(() => selectBackup(listing, String(text))).toThrow(
        expect.objectContaining({ hint: `did you mean ${near}?` }),
      );
    }
    expect(() => selectBackup({ backups: [bad], damaged }, 'newest')).toThrow(
      expect.objectContaining({ code: 'VOPS-BACKUP-NOT-FOUND' }),
    );
  });
});
