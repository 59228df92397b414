/** Pruning real catalogues: what is removed, what is left alone, and what a crash leaves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createBackup } from '../../src/lib/backup/catalogue.js';
import { directoryStore } from '../../src/lib/backup/directory-store.js';
import type { Manifest } from '../../src/lib/backup/manifest.js';
import { applyPrune, planPrune } from '../../src/lib/backup/prune.js';
import { sweepInterrupted } from '../../src/lib/backup/sweep.js';
import { withLock } from '../../src/lib/process/index.js';
import { type BackupOptions, writeBackup } from '../support/backups.js';
import { start } from '../support/binary.js';
import { testContext } from '../support/context.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const isRoot = process.getuid?.() === 0;
const NEWEST = Date.parse('2026-11-23T03:00:00Z');
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(NEWEST - days * DAY_MS);
const failure = { level: 1, at: '2026-11-23T04:00:00.000Z', reason: 'a checksum is another' } as const;
const FEW = { minimum: 2, daily: 2, weekly: 0, monthly: 0, yearly: 0 };

/** A catalogue with a backup a day, oldest first, and the configuration that names it. */
function place(days: number, { retention = {}, ...about }: Partial<BackupOptions> & { retention?: object } = {}) {
  const directory = temporaryDirectory();
  const catalogue = join(directory, 'backups');
  mkdirSync(catalogue, { mode: 0o700 });
  const config = join(directory, 'config.json');
  const settings = { backup: { directory: catalogue, retention: { ...FEW, ...retention } } };
  writeFileSync(config, JSON.stringify(settings), { mode: 0o600 });
  const add = (day: number, more: Partial<BackupOptions> = {}) =>
    writeBackup(catalogue, { createdAt: daysAgo(day), ...about, ...more });
  const backups = Array.from({ length: days }, (_, day) => add(days - 1 - day));
  return { catalogue, backups, add, argv: ['--config', config], config };
}

const idsOf = (backups: readonly Pick<Manifest, 'id'>[]) => backups.map(({ id }) => id);
const dirsIn = (catalogue: string) => readdirSync(catalogue).filter((name) => name !== '.lock');

describe('backup prune', () => {
  test('--dry-run names every file and the reason, and leaves no trace', async () => {
    const { catalogue, backups, argv } = place(4, { content: { 'a/b.txt': 'bb', 'c.txt': 'c' } });
    const before = readdirSync(catalogue);
    const { code, document } = await runJson(['backup', 'prune', '--dry-run', ...argv]);
    expect({ code, status: document.status }).toEqual({ code: 0, status: 'ok' });
    expect(document.result.applied).toBe(false);
    expect(document.result.backups[0]).toMatchObject({
      id: backups[0]?.id,
      action: 'remove',
      reasons: [expect.stringContaining('not among the 2 newest')],
      files: [
        { path: 'a/b.txt', sizeBytes: 2 },
        { path: 'c.txt', sizeBytes: 1 },
      ],
    });
    expect(document.result.totals).toEqual({ backups: 4, sizeBytes: 12, removed: 2, removedBytes: 6, failed: 0 });
    expect(readdirSync(catalogue)).toEqual(before);

    const { stdout } = await run(['backup', 'prune', '--dry-run', ...argv]);
    expect(stdout).toMatch(/^OK\s+backup prune: 2 to remove \(6 B\), 2 kept\n/);
    expect(stdout).toContain(`${backups[0]?.id}/a/b.txt\t2 B`);
    expect(stdout).toContain('the newest good one; one of the 2 newest good ones; the last of the day 2026-11-23');
  });

  test('removes what the plan says, and the next run finds nothing to do', async () => {
    const { catalogue, backups, argv } = place(5);
    const { code, document } = await runJson(['backup', 'prune', ...argv]);
    expect({ code, totals: document.result.totals }).toMatchObject({ code: 0, totals: { removed: 3, failed: 0 } });
    expect(dirsIn(catalogue)).toEqual(idsOf(backups.slice(3)));
    const again = await runJson(['backup', 'prune', ...argv]);
    expect(again.document.result.totals).toMatchObject({ backups: 2, removed: 0 });
  });

  test('an empty catalogue, and one that is not there', async () => {
    const { catalogue, argv } = place(0);
    expect((await run(['backup', 'prune', ...argv])).code).toBe(0);
    rmSync(catalogue, { recursive: true });
    expect((await run(['backup', 'prune', ...argv])).code).toBe(0);
    expect(existsSync(catalogue)).toBe(false);
  });

  test('--kind removes only of that kind', async () => {
    const { catalogue, backups, add, argv } = place(4);
    const files = [3, 2, 1, 0].map((day) => add(day, { kind: 'files' }));
    const { document } = await runJson(['backup', 'prune', '--kind', 'files', ...argv]);
    expect(document.result.backups.map(({ id }: Manifest) => id)).toEqual(idsOf(files));
    expect(dirsIn(catalogue).sort()).toEqual(idsOf([...backups, ...files.slice(2)]).sort());
    const { code } = await run(['backup', 'prune', '--kind', 'tapes', ...argv]);
    expect(code).toBe(2);
  });

  test('--remote without a bucket is a matter of the configuration', async () => {
    const { argv } = place(1);
    const { code, document } = await runJson(['backup', 'prune', '--remote', ...argv]);
    expect({ code, error: document.error.code }).toEqual({ code: 2, error: 'VOPS-USAGE' });
  });

  test('nothing is removed after a failure, and it says why', async () => {
    const { catalogue, add, argv } = place(5);
    const bad = add(-1, { failure });
    const { code, document } = await runJson(['backup', 'prune', ...argv]);
    expect({ code, status: document.status }).toEqual({ code: 0, status: 'warning' });
    expect(document.findings[0]).toMatchObject({ code: 'VOPS-BACKUP-RETENTION-HELD' });
    expect(document.findings[0].message).toContain(bad.id);
    expect(dirsIn(catalogue)).toHaveLength(6);
  });

  test('a clock ten years ahead when they were made', async () => {
    const { catalogue, add, argv } = place(5);
    const ahead = add(-3650);
    await run(['backup', 'prune', ...argv]);
    expect(dirsIn(catalogue)).toHaveLength(2);
    expect(dirsIn(catalogue)).toContain(ahead.id);
  });

  test('what is damaged, foreign or a link stays as it is', async () => {
    const { catalogue, backups, argv } = place(5);
    const elsewhere = temporaryDirectory();
    writeBackup(elsewhere, { createdAt: daysAgo(50), id: 'config-20261004T030000Z-0badc0de' });
    symlinkSync(
      join(elsewhere, 'config-20261004T030000Z-0badc0de'),
      join(catalogue, 'config-20261004T030000Z-0badc0de'),
    );
    mkdirSync(join(catalogue, 'config-20261003T030000Z-00000001')); // no manifest
    mkdirSync(join(catalogue, 'config-20261003T030000Z-00000002'));
    execFileSync('mkfifo', [join(catalogue, 'config-20261003T030000Z-00000002', 'manifest.json')]);
    mkdirSync(join(catalogue, 'config-20261003T030000Z-00000003', 'manifest.json'), { recursive: true });
    writeFileSync(join(catalogue, 'config-20261003T030000Z-00000004'), 'a file');
    writeFileSync(join(catalogue, 'download.partial'), 'of somebody else');
    mkdirSync(join(catalogue, 'config-daily.partial'));
    writeFileSync(join(catalogue, 'other.lock'), '');
    for (const name of ['download.partial', 'other.lock']) utimesSync(join(catalogue, name), 0, 0);
    const before = dirsIn(catalogue);
    const { code, document } = await runJson(['backup', 'prune', ...argv]);
    expect(code).toBe(0);
    const gone = idsOf(backups.slice(0, 3));
    expect(dirsIn(catalogue)).toEqual(before.filter((name) => !gone.includes(name)));
    expect(document.result.damaged).toHaveLength(5);
    expect(document.findings).toHaveLength(5);
    expect(readdirSync(elsewhere)).toEqual(['config-20261004T030000Z-0badc0de']);
    expect(readdirSync(join(elsewhere, 'config-20261004T030000Z-0badc0de')).sort()).toEqual(['a.txt', 'manifest.json']);
  });

  test('a backup that holds what is not of it is not removed, the others are: partial', async () => {
    const { catalogue, backups, argv } = place(5);
    writeFileSync(join(catalogue, backups[0]?.id ?? '', 'notes.txt'), 'mine');
    const { code, document } = await runJson(['backup', 'prune', ...argv]);
    expect({ code, status: document.status }).toEqual({ code: 3, status: 'partial' });
    expect(document.findings).toMatchObject([{ code: 'VOPS-FILE-UNSAFE', severity: 'error' }]);
    expect(document.findings[0].message).toContain('notes.txt');
    expect(document.result.totals).toMatchObject({ removed: 2, failed: 1 });
    expect(dirsIn(catalogue)).toEqual(idsOf([backups[0], ...backups.slice(3)].flatMap((one) => one ?? [])));
  });

  test('what interrupted runs have left is swept, and said', async () => {
    const { catalogue, backups, argv } = place(2);
    const left = ['config-20261101T030000Z-00000001.partial', 'database-20261101T030000Z-00000002.partial'];
    for (const name of left) mkdirSync(join(catalogue, name, 'deep'), { recursive: true });
    writeFileSync(join(catalogue, left[1] ?? '', 'deep', 'dump'), 'half');
    writeFileSync(join(catalogue, 'config-20261101T030000Z-00000001.lock'), '');
    const planned = await runJson(['backup', 'prune', '--dry-run', ...argv]);
    expect(planned.document.result.swept).toEqual(left.map((name) => join(catalogue, name)));
    expect(readdirSync(catalogue)).toHaveLength(5);
    const { stdout } = await run(['backup', 'prune', ...argv]);
    expect(stdout).toContain('2 interrupted ones swept');
    expect(stdout).toContain(`left by an interrupted run: ${join(catalogue, left[0] ?? '')}`);
    expect(dirsIn(catalogue)).toEqual(idsOf(backups));
  });

  test('what is still being made is no leftover', async () => {
    const { catalogue, argv } = place(2);
    const draft = { kind: 'config', source: '/srv/backend', notes: [], createdAt: daysAgo(-1) } as const;
    await createBackup(catalogue, draft, async (into) => {
      const { document } = await runJson(['backup', 'prune', ...argv]);
      expect(document.result.swept).toEqual([]);
      expect(existsSync(into)).toBe(true);
      return { files: [] };
    });
  });
});

describe('while others change the catalogue', () => {
  const prune = async (config: string, meanwhile: () => unknown) => {
    const context = testContext({ configFlags: { config } });
    const flags = { remote: false };
    const plan = await planPrune(context, flags);
    await meanwhile();
    return applyPrune(context, plan, flags);
  };

  test('what is pinned between plan and removal stays', async () => {
    const { catalogue, backups, config, argv } = place(5);
    const [pinned, ...others] = backups;
    const { result, status } = await prune(config, () => run(['backup', 'pin', pinned?.id ?? '', ...argv]));
    expect(status).toBe('ok');
    expect(result.backups[0]).toMatchObject({ id: pinned?.id, outcome: 'kept', reasons: ['pinned'] });
    expect(dirsIn(catalogue)).toEqual(idsOf([pinned, ...others.slice(2)].flatMap((one) => one ?? [])));
  });

  test('nothing goes once the newest has failed, nor what is not in the plan; what is gone is gone', async () => {
    const { catalogue, backups, config, add } = place(5);
    const { result } = await prune(config, async () => {
      rmSync(join(catalogue, backups[0]?.id ?? ''), { recursive: true });
      await directoryStore(catalogue).update(backups[4]?.id ?? '', (manifest) => ({ ...manifest, failure }));
    });
    expect(result.backups.map(({ outcome }) => outcome)).toEqual(['gone', 'kept', 'kept', undefined, undefined]);
    const later = await prune(config, () => add(-1));
    expect(later.result.totals.removed).toBe(0);
    expect(dirsIn(catalogue)).toHaveLength(5);
  });

  test('two prunes, a backup and pins at once: every removal happens once, no pin is lost', async () => {
    const { catalogue, backups, argv } = place(30);
    const draft = { kind: 'config', source: '/srv/backend', notes: [], createdAt: daysAgo(-1) } as const;
    const [first, second, made, ...pins] = await Promise.all([
      runJson(['backup', 'prune', ...argv]),
      runJson(['backup', 'prune', ...argv]),
      createBackup(catalogue, draft, async () => ({ files: [] })),
      ...backups.slice(0, 6).map(({ id }) => run(['backup', 'pin', id, ...argv])),
    ]);
    expect([first.code, second.code]).toEqual([0, 0]);
    const removedBy = [first, second].map(({ document }) =>
      document.result.backups.filter(({ outcome }: { outcome?: string }) => outcome === 'removed'),
    );
    const removed = idsOf(removedBy.flat());
    expect(new Set(removed).size).toBe(removed.length);
    const pinned = backups.slice(0, 6).filter((_, index) => pins[index]?.code === 0);
    const { backups: left, damaged } = await directoryStore(catalogue).list();
    expect(damaged).toEqual([]);
    expect(idsOf(left)).toEqual(expect.arrayContaining(idsOf([...pinned, ...backups.slice(28), made.manifest])));
    expect(left.filter((one) => one.pinned).map(({ id }) => id)).toEqual(idsOf(pinned));
    expect(readdirSync(catalogue).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('whoever holds the catalogue is waited for', async () => {
    const { catalogue, argv } = place(5);
    const holder = { command: 'test', runId: '1', startedAt: '' };
    let pruning: ReturnType<typeof run> | undefined;
    await withLock(join(catalogue, '.lock'), { waitMs: 0, signal: AbortSignal.timeout(9_000), holder }, async () => {
      pruning = run(['backup', 'prune', ...argv]);
      const over = await Promise.race([pruning, new Promise((resolve) => setTimeout(() => resolve('waits'), 300))]);
      expect(over).toBe('waits');
      expect(dirsIn(catalogue)).toHaveLength(5);
    });
    expect((await pruning)?.code).toBe(0);
    expect(dirsIn(catalogue)).toHaveLength(2);
  });

  test('an old lock of the catalogue is never swept away under who waits for it', async () => {
    const { catalogue } = place(1);
    const lock = join(catalogue, '.lock');
    const dead = join(catalogue, 'config-20261101T030000Z-00000001.lock');
    for (const path of [lock, dead]) {
      writeFileSync(path, '');
      utimesSync(path, 0, 0);
    }
    await sweepInterrupted(catalogue);
    expect([existsSync(lock), existsSync(dead)]).toEqual([true, false]);
  });

  test('a list while backups vanish tells of no damaged one', async () => {
    const { catalogue, backups, argv } = place(60);
    const store = directoryStore(catalogue);
    let over = false;
    const pruning = run(['backup', 'prune', ...argv]).then(() => {
      over = true;
    });
    const listings = [];
    while (!over) listings.push(await store.list());
    await pruning;
    expect(listings.flatMap(({ damaged }) => damaged)).toEqual([]);
    expect(idsOf((await store.list()).backups)).toEqual(idsOf(backups.slice(58)));
  });

  test('two sweeps of the same leftovers', async () => {
    const { catalogue } = place(0);
    const files = Array.from({ length: 200 }, (_, index) => `${index % 20}/${index}`);
    for (let n = 0; n < 5; n++) {
      const part = join(catalogue, `files-20261101T030000Z-0000000${n}.partial`);
      for (const file of files) {
        mkdirSync(join(part, file, '..'), { recursive: true });
        writeFileSync(join(part, file), 'x');
      }
    }
    const failures: unknown[] = [];
    await Promise.all([1, 2, 3].map(() => sweepInterrupted(catalogue, (error) => failures.push(error))));
    expect({ failures, left: readdirSync(catalogue) }).toEqual({ failures: [], left: [] });
  });
});

describe('faults', () => {
  test('killed at any moment: nothing half removed is listed, nothing kept is gone, the next run finishes', async () => {
    const content = Object.fromEntries(Array.from({ length: 3 }, (_, index) => [`d${index}/file`, 'x'.repeat(100)]));
    const KEPT = 3;
    const killed: number[] = [];
    let windowMs = 0;
    const round = async (killAfterMs: number | undefined) => {
      const { catalogue, backups, argv } = place(40, { content, retention: { minimum: KEPT } });
      const watcher = watch(catalogue);
      const { child, ended } = start(['backup', 'prune', ...argv]);
      await Promise.race([once(watcher, 'change'), ended]);
      const began = performance.now();
      if (killAfterMs !== undefined) {
        await Promise.race([new Promise((resolve) => setTimeout(resolve, killAfterMs)), ended]);
        child.kill('SIGKILL');
      }
      const { signal } = await ended;
      watcher.close();
      windowMs = Math.max(windowMs, killAfterMs === undefined ? performance.now() - began : 0);
      const { backups: listed, damaged } = await directoryStore(catalogue).list();
      expect(damaged).toEqual([]);
      expect(idsOf(listed)).toEqual(idsOf(backups.slice(-listed.length)));
      expect(listed.length).toBeGreaterThanOrEqual(KEPT);
      for (const { id } of listed) {
        for (const [path, text] of Object.entries(content)) {
          expect(readFileSync(join(catalogue, id, path), 'utf8')).toBe(text);
        }
      }
      if (signal === 'SIGKILL') killed.push(listed.length);
      const next = await runJson(['backup', 'prune', ...argv]);
      expect({ code: next.code, left: dirsIn(catalogue) }).toEqual({ code: 0, left: idsOf(backups.slice(-KEPT)) });
      rmSync(catalogue, { recursive: true });
    };
    await round(undefined);
    for (let n = 0; n < 100; n += 2) await Promise.all([n, n + 1].map((at) => round((at / 100) * windowMs)));
    expect(killed.length).toBeGreaterThan(5);
    expect(new Set(killed).size).toBeGreaterThan(1);
  }, 600_000);

  test('a signal: what is removed is reported, the rest is left, 143', async () => {
    const { catalogue, backups, argv } = place(40);
    const watcher = watch(catalogue);
    const { child, ended } = start(['backup', 'prune', '--json', ...argv]);
    await Promise.race([once(watcher, 'change'), ended]);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    watcher.close();
    const document = JSON.parse(stdout);
    if (code !== 0) {
      expect({ code, error: document.error.code }).toEqual({ code: 143, error: 'VOPS-SIGTERM' });
      const removed = document.result?.totals.removed ?? 0;
      const { backups: listed } = await directoryStore(catalogue).list();
      if (document.result) expect(listed).toHaveLength(40 - removed);
    }
    expect((await run(['backup', 'prune', ...argv])).code).toBe(0);
    expect(dirsIn(catalogue)).toEqual(idsOf(backups.slice(38)));
  });

  test('a directory that cannot be written: everything stays, exit 1, path and user are named', async () => {
    const { catalogue, backups, config } = place(5);
    const readOnly = isRoot && spawnSync('env', ['mount', '--bind', catalogue, catalogue]).status === 0;
    if (readOnly) execFileSync('env', ['mount', '-o', 'remount,bind,ro', catalogue]);
    else chmodSync(catalogue, 0o500);
    try {
      const { code, document } = await runJson(['backup', 'prune', '--config', config]);
      expect(code).toBe(1);
      const said = [...document.findings.map(({ message }: { message: string }) => message), document.error?.message];
      expect(said.join('\n')).toContain(catalogue);
      expect(dirsIn(catalogue)).toEqual(idsOf(backups));
    } finally {
      if (readOnly) execFileSync('env', ['umount', catalogue]);
      chmodSync(catalogue, 0o700);
    }
  });

  test('one that cannot be removed does not stop the others', async () => {
    const { catalogue, backups, argv } = place(5);
    const stuck = join(catalogue, backups[1]?.id ?? '');
    const immutable = isRoot && spawnSync('env', ['chattr', '+i', stuck]).status === 0;
    if (!immutable) mkdirSync(join(catalogue, `${backups[1]?.id}.partial`, 'full'), { recursive: true });
    try {
      const { document } = await runJson(['backup', 'prune', ...argv]);
      expect(document.result.backups.map(({ outcome }: { outcome?: string }) => outcome)).toEqual([
        'removed',
        'failed',
        'removed',
        undefined,
        undefined,
      ]);
      expect(document.status).toBe('partial');
    } finally {
      if (immutable) execFileSync('env', ['chattr', '-i', stuck]);
    }
    expect((await run(['backup', 'prune', ...argv])).code).toBe(0);
    expect(dirsIn(catalogue)).toEqual(idsOf(backups.slice(3)));
  });

  test.each([
    ['space', 'size=1m'],
    ['inodes', 'size=4m,nr_inodes=30'],
  ])('a disk without %s is pruned all the same, and a pin fails cleanly', async (_, options) => {
    const { catalogue, config } = place(0);
    const mounted =
      isRoot &&
      spawnSync('env', ['mount', '-t', 'tmpfs', '-o', `${options},mode=0700`, 'none', catalogue]).status === 0;
    try {
      const backups = [4, 3, 2, 1, 0].map((day) => writeBackup(catalogue, { createdAt: daysAgo(day) }));
      writeFileSync(join(catalogue, '.lock'), '');
      if (mounted) fill(join(catalogue, backups[4]?.id ?? ''));
      const pinned = await runJson(['backup', 'pin', 'newest', '--config', config]);
      if (mounted) expect(pinned.document.error?.code).toBe('VOPS-DISK-FULL');
      const { code } = await run(['backup', 'prune', '--config', config]);
      expect(code).toBe(0);
      const { backups: left, damaged } = await directoryStore(catalogue).list();
      expect({ left: idsOf(left), damaged }).toEqual({ left: idsOf(backups.slice(3)), damaged: [] });
    } finally {
      if (mounted) execFileSync('env', ['umount', catalogue]);
    }
  });
});

/** Until nothing more fits, whatever it is that is gone. */
function fill(directory: string): void {
  try {
    for (let n = 0; n < 100; n++) writeFileSync(join(directory, `filler-${n}`), Buffer.alloc(100_000));
  } catch {
    try {
      for (let n = 0; n < 400; n++) writeFileSync(join(directory, 'filler-last'), Buffer.alloc(4096), { flag: 'a' });
    } catch {
      return;
    }
  }
}
