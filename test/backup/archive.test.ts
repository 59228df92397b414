import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyFilesBackup } from '../../src/lib/backup/archive/apply.js';
import type { Entry } from '../../src/lib/backup/archive/contents.js';
import { planFilesBackup } from '../../src/lib/backup/archive/plan.js';
import { readThrough } from '../../src/lib/backup/archive/read.js';
import { selectionOf } from '../../src/lib/backup/archive/select.js';
import { directoryStore } from '../../src/lib/backup/directory-store.js';
import {
  backupsIn,
  contentsOf,
  onlySite,
  proveByReading,
  proveByUnpacking,
  sha256,
  type Workplace,
  workplace,
} from '../support/archives.js';
import { program } from '../support/binary.js';
import { testContext } from '../support/context.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

/** Files by path; a path that ends in a slash is a directory. */
function fill(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, path.endsWith('/') ? '' : '..'), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(root, path), content);
  }
}

const backUp = (place: Workplace, ...more: string[]) => runJson(['backup', 'files', '--config', place.config, ...more]);

async function isProven(place: Workplace): Promise<void> {
  const site = await onlySite(place);
  expect(await proveByReading(site)).toEqual({ findings: [] });
  expect(await proveByUnpacking(site)).toEqual({ findings: [] });
}

describe('what is in it', () => {
  test('names in the order of their bytes, directories first, links as links', async () => {
    const place = workplace({ compression: 'none' });
    const content = { 'b.txt': 'b', 'a/z': '', 'a-b': '', 'a/Z': '', 'a/é': '', 'a/ä': '', 'empty/': '', B: '' };
    fill(place.root, content);
    symlinkSync('a/../b.txt', join(place.root, 'inner dots'));
    symlinkSync('../b.txt', join(place.root, 'a/link'));
    symlinkSync('nowhere', join(place.root, 'broken'));
    const { code, document } = await backUp(place);
    const { path, leftOut } = document.result;
    const expected = ['B', 'a', 'a/Z', 'a/link', 'a/z', 'a/ä', 'a/é', 'a-b', 'b.txt', 'broken', 'empty'];
    expect(contentsOf(path).map((entry) => entry.path)).toEqual(expected);
    expect(contentsOf(path).find((entry) => entry.path === 'a/link')).toMatchObject({
      type: 'link',
      target: '../b.txt',
    });
    expect(leftOut).toEqual([{ path: 'inner dots', reason: 'it is a link that leads out, to a/../b.txt' }]);
    expect(code).toBe(0);
    const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', join(path, 'files.tar')], {
      encoding: 'utf8',
    });
    expect(listed.replace(/\/$/gm, '').trimEnd().split('\n')).toEqual(expected);
    await isProven(place);
  });

  test('the same tree gives the same bytes', async () => {
    const place = workplace({ compression: 'none' });
    fill(place.root, { 'a/b': 'content', c: 'more' });
    symlinkSync('c', join(place.root, 'd'));
    const [first, second] = [await backUp(place), await backUp(place)];
    for (const name of ['files.tar', 'contents.jsonl']) {
      const [one, other] = [first, second].map(({ document }) => readFileSync(join(document.result.path, name)));
      expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
    }
  });

  test('mode, owner, time and checksum are kept, what the tar’s own fields cannot hold too', async () => {
    const place = workplace({ compression: 'none' });
    fill(place.root, { 'c:drive': 'x', late: '', tool: '' });
    chmodSync(join(place.root, 'tool'), 0o4750);
    utimesSync(join(place.root, 'late'), new Date(), new Date('2099-01-01T00:00:00Z'));
    const { document } = await backUp(place);
    const [drive, late, tool] = contentsOf(document.result.path);
    expect(drive).toMatchObject({ path: 'c:drive', sha256: sha256('x'), sizeBytes: 1 });
    expect(late).toMatchObject({ modifiedAt: '2099-01-01T00:00:00.000Z' });
    expect(tool).toMatchObject({ mode: '4750', uid: process.getuid?.(), gid: process.getgid?.() });
    const out = join(place.directory, 'out');
    mkdirSync(out);
    execFileSync('tar', ['-C', out, '-xf', join(document.result.path, 'files.tar')]);
    expect(readFileSync(join(out, 'c:drive'), 'utf8')).toBe('x');
    await isProven(place);
  });

  test.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['a directory is all below it', ['src'], [], ['src', 'src/.env', 'src/a.ts', 'src/deep', 'src/deep/b.json']],
    ['a slash more changes nothing', ['./src/deep/'], [], ['src', 'src/deep', 'src/deep/b.json']],
    ['all below', ['src/**'], [], ['src', 'src/.env', 'src/a.ts', 'src/deep', 'src/deep/b.json']],
    ['an asterisk stays in its directory', ['*.json'], [], ['package.json']],
    ['anywhere, with the directories above', ['**/*.json'], [], ['package.json', 'src', 'src/deep', 'src/deep/b.json']],
    ['alternatives', ['{package,tsconfig}.json', 'src/?.ts'], [], ['package.json', 'src', 'src/a.ts']],
    ['a name that looks like a negation', ['!a'], [], ['!a']],
    ['left out', ['src'], ['**/.env*', 'src/deep'], ['src', 'src/a.ts']],
    ['left out comes first', ['**'], ['**/*.ts', '**/.*', '!a', '*.json'], ['src', 'src/deep', 'src/deep/b.json']],
    ['nothing outside', ['../x', '/etc', 'package.json'], [], ['package.json']],
  ])('%s', async (_, include, exclude, expected) => {
    const place = workplace({ files: { include, exclude } });
    fill(place.root, { 'package.json': '{}', 'src/a.ts': '', 'src/.env': '', 'src/deep/b.json': '', '!a': '' });
    const { document } = await backUp(place, '--dry-run');
    expect(document.result.files.map(({ path }: Entry) => path)).toEqual(expected);
    expect(existsSync(place.catalogue)).toBe(false);
  });

  test('a directory no pattern can reach into is not even looked at', async () => {
    const selection = await selectionOf({ include: ['src/**', 'a/*/c'], exclude: [] });
    expect(['node_modules', 'src', 'a', 'a/b', 'b'].map(selection.mayHold)).toEqual([false, true, true, true, false]);
  });

  test('what is no file is left out and said so; the catalogue itself never gets in', async () => {
    const place = workplace();
    fill(place.root, { a: 'a', 'back\\slash': 'x', 'backups/': '' });
    execFileSync('mkfifo', [join(place.root, 'fifo')]);
    symlinkSync('/etc/passwd', join(place.root, 'out'));
    writeFileSync(Buffer.concat([Buffer.from(`${place.root}/latin1-`), Buffer.from([0xe4])]), 'x');
    const server = createServer().listen(join(place.root, 'socket'));
    const config = JSON.parse(readFileSync(place.config, 'utf8'));
    config.backup.directory = join(place.root, 'backups');
    writeFileSync(place.config, JSON.stringify(config));
    chmodSync(config.backup.directory, 0o700);
    try {
      const { code, document } = await backUp(place);
      expect(code).toBe(3);
      expect(contentsOfPacked(document.result.path)).toEqual(['a']);
      expect(document.result.leftOut.map(({ path, reason }: Record<string, string>) => `${path}: ${reason}`)).toEqual([
        'backups: the backups are kept there',
        'fifo: it is a FIFO',
        'out: it is a link that leads out, to /etc/passwd',
        'socket: it is a socket',
      ]);
      expect(document.result.incomplete.map(({ path }: { path: string }) => path)).toEqual([
        'back\\slash',
        'latin1-\ufffd',
      ]);
      const codes = document.findings.map(
        ({ code: found, severity }: Record<string, string>) => `${found} ${severity}`,
      );
      expect(codes.sort()).toEqual([
        'VOPS-BACKUP-INCOMPLETE error',
        'VOPS-BACKUP-INCOMPLETE error',
        'VOPS-BACKUP-LEFT-OUT info',
        'VOPS-BACKUP-LEFT-OUT info',
        'VOPS-BACKUP-LEFT-OUT warning',
      ]);
    } finally {
      server.close();
    }
  });

  test('a pattern that takes nothing is a warning, nothing at all is a failure', async () => {
    const place = workplace({ files: { include: ['src', 'logs'] } });
    fill(place.root, { 'src/a': '' });
    const some = await backUp(place);
    expect(some.document).toMatchObject({ status: 'warning', findings: [{ code: 'VOPS-BACKUP-SOURCE-MISSING' }] });
    rmSync(join(place.root, 'src'), { recursive: true });
    const none = await backUp(place);
    expect(none).toMatchObject({ code: 1, document: { findings: [{ code: 'VOPS-BACKUP-EMPTY' }] } });
    expect(backupsIn(place.catalogue)).toHaveLength(1);
  });

  test('packed, encrypted, both or neither: all can be read again', async () => {
    const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
    const key = await generateX25519Identity();
    const recipients = [await identityToRecipient(key)];
    const keyFile = join(temporaryDirectory(), 'key');
    writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
    for (const compression of ['none', 'gzip', 'zstd']) {
      for (const encryption of [undefined, { recipients, identities: [keyFile] }]) {
        const place = workplace({ compression, encryption });
        fill(place.root, { a: 'a'.repeat(700_000), 'b/c': 'c' });
        expect((await backUp(place)).code).toBe(0);
        await isProven(place);
      }
    }
  });
});

const contentsOfPacked = (backup: string) =>
  execFileSync('zstd', ['-dcq', join(backup, 'contents.jsonl.zst')], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).path);

describe('files that others write to', () => {
  const planned = { path: 'big', type: 'file', sizeBytes: 0 } as Entry;

  /** Reads the file, and lets something happen to it after the first piece. */
  async function readWhile(change: (path: string) => void) {
    const { root } = workplace();
    const path = join(root, 'big');
    writeFileSync(path, Buffer.alloc(3_000_000, 'x'));
    let length = 0;
    const read = await readThrough(root, planned, async (entry, content) => {
      for await (const chunk of content) {
        if (length === 0) change(path);
        length += chunk.length;
      }
      expect(length).toBe(entry.sizeBytes);
    });
    return { read, length };
  }

  test.each<[string, (path: string) => void, string | undefined]>([
    ['at rest', () => {}, undefined],
    ['grows', (path) => appendFileSync(path, 'y'), 'it grew while it was read: its first 3000000 bytes are there'],
    [
      'shrinks',
      (path) => truncateSync(path, 1_000_000),
      'it shrank while it was read: after 1000000 bytes there are zeros',
    ],
    [
      'emptied and written anew',
      (path) => writeFileSync(path, Buffer.alloc(3_000_000, 'y')),
      'it changed while it was read',
    ],
    ['gets other rights', (path) => chmodSync(path, 0o640), 'it changed while it was read'],
    ['gets another name', (path) => linkSync(path, `${path}2`), 'it changed while it was read'],
    [
      'replaced: the old one is read to its end',
      (path) => {
        writeFileSync(`${path}2`, 'other');
        renameSync(`${path}2`, path);
      },
      'it changed while it was read',
    ],
  ])('%s', async (_, change, incomplete) => {
    const { read, length } = await readWhile(change);
    expect(length).toBe(3_000_000);
    expect(read).toMatchObject({ sizeBytes: 3_000_000 });
    expect('incomplete' in read ? read.incomplete : undefined).toBe(incomplete);
  });

  test.each<[string, (path: string, place: Workplace) => void, string]>([
    ['vanished', (path) => rmSync(path), 'it vanished before it was read'],
    [
      'a FIFO instead',
      (path) => {
        rmSync(path);
        execFileSync('mkfifo', [path]);
      },
      'it is no regular file any more',
    ],
    [
      'a link instead',
      (path) => {
        rmSync(path);
        symlinkSync('/etc/passwd', path);
      },
      'it is no regular file any more',
    ],
    [
      'its directory is a link to elsewhere',
      (_, { root, directory }) => {
        mkdirSync(join(directory, 'elsewhere'));
        writeFileSync(join(directory, 'elsewhere', 'file'), 'secret');
        renameSync(join(root, 'd'), join(directory, 'moved'));
        symlinkSync(join(directory, 'elsewhere'), join(root, 'd'));
      },
      'its name leads elsewhere by now',
    ],
  ])('between plan and apply: %s', async (_, change, reason) => {
    for (const size of [10, 1_000_000]) {
      const place = workplace({ compression: 'none' });
      fill(place.root, { 'd/file': 'x'.repeat(size), other: 'o' });
      const { config } = place;
      const context = testContext({ configFlags: { config } });
      const plan = await planFilesBackup(context, {});
      change(join(place.root, 'd/file'), place);
      const outcome = await applyFilesBackup(context, plan);
      expect(outcome).toMatchObject({ status: 'partial', result: { incomplete: [{ path: 'd/file', reason }] } });
      expect(contentsOf(String(outcome.result.path)).map(({ path }) => path)).toEqual(['d', 'other']);
      expect((await onlySite(place)).manifest.archive).toMatchObject({ entries: 2, incomplete: [{ path: 'd/file' }] });
      await isProven(place);
    }
  });

  test('a log that is written to all the time: partial, and the archive is whole', async () => {
    const place = workplace({ compression: 'none' });
    fill(place.root, { a: 'a', 'logs/app.log': '', z: 'z' });
    const log = join(place.root, 'logs/app.log');
    truncateSync(log, 40_000_000); // sparse: quick to make, as slow to read as any
    const line = `const fs = require('fs'); for (;;) fs.appendFileSync(process.argv[1], 'x')`;
    const writer = spawn(process.execPath, ['-e', line, log], { stdio: 'ignore' });
    try {
      const grown = new Promise<void>((resolve) => {
        const check = () => (readSize(log) > 40_000_000 ? resolve() : setTimeout(check, 5));
        check();
      });
      await grown;
      const { code, document } = await backUp(place);
      expect(code).toBe(3);
      expect(document).toMatchObject({
        status: 'partial',
        result: { incomplete: [{ path: 'logs/app.log' }], entries: 4 },
      });
      expect(document.findings).toMatchObject([{ code: 'VOPS-BACKUP-INCOMPLETE', severity: 'error' }]);
      expect(spawnSync('tar', ['-tf', join(document.result.path, 'files.tar')]).status).toBe(0);
    } finally {
      writer.kill('SIGKILL');
    }
    await isProven(place);
  });

  test('what another user may not read is told by name', async () => {
    const place = workplace({ compression: 'none' });
    fill(place.root, { open: 'o', secret: 's', 'closed/file': '' });
    chmodSync(join(place.root, 'secret'), 0o600);
    chmodSync(join(place.root, 'closed'), 0o700);
    execFileSync('chown', ['-R', '65534:65534', place.directory]);
    execFileSync('chown', ['0:0', join(place.root, 'secret'), join(place.root, 'closed')]);
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, program];
    const ran = spawnSync('env', ['setpriv', ...asNobody, 'backup', 'files', '--json', '--config', place.config], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
      cwd: '/',
    });
    const { result } = JSON.parse(ran.stdout);
    expect(result.incomplete).toEqual([
      { path: 'closed', reason: expect.stringContaining('permission denied (running as uid 65534)') },
      { path: 'secret', reason: expect.stringContaining('permission denied (running as uid 65534)') },
    ]);
    expect(ran.status).toBe(3);
    expect(contentsOf(result.path).map(({ path }) => path)).toEqual(['closed', 'open']);
  });
});

const readSize = (path: string) => Number(execFileSync('stat', ['-c', '%s', path], { encoding: 'utf8' }));

describe('faults', () => {
  test('killed at 100 moments: nothing looks whole that is not, and the next run is clean', async () => {
    const place = workplace();
    const noise = randomBytes(200_000);
    for (let file = 0; file < 100; file++) writeFileSync(join(place.root, `f${file}`), noise);
    const argv = [program, 'backup', 'files', '--config', place.config, '--json'];
    const env = { PATH: process.env.PATH };
    const start = performance.now();
    expect(spawnSync(process.execPath, argv, { env, cwd: '/' }).status).toBe(0);
    const usualMs = performance.now() - start;
    for (let round = 0; round < 100; round++) {
      const child = spawn(process.execPath, argv, { env, cwd: '/', stdio: 'ignore' });
      const timer = setTimeout(() => child.kill('SIGKILL'), usualMs * (round / 100));
      await new Promise((resolve) => child.once('exit', resolve));
      clearTimeout(timer);
    }
    const { code } = await run(['backup', 'files', '--config', place.config]);
    expect(code).toBe(0);
    const names = backupsIn(place.catalogue);
    expect(names.filter((name) => name.endsWith('.partial'))).toEqual([]);
    const store = directoryStore(place.catalogue);
    const { backups, damaged } = await store.list();
    expect(damaged).toEqual([]);
    expect(backups.length).toBe(names.length);
    for (const manifest of backups) {
      const context = testContext({ configFlags: { config: place.config } });
      expect(await proveByReading({ store, manifest, context })).toEqual({ findings: [] });
    }
  }, 600_000);

  test('a full disk: refused early when that is clear, and nothing is left when it was not', async () => {
    const place = workplace();
    mkdirSync(place.catalogue, { mode: 0o700 });
    execFileSync('env', ['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'none', place.catalogue]);
    try {
      const noise = randomBytes(3_000_000);
      writeFileSync(join(place.root, 'noise'), noise);
      const late = await backUp(place);
      expect(late).toMatchObject({ code: 1, document: { error: { code: 'VOPS-DISK-FULL' } } });
      expect(backupsIn(place.catalogue)).toEqual([]);
      truncateSync(join(place.root, 'noise'), 20_000_000);
      const early = await backUp(place, '--dry-run');
      expect(early.document.error).toMatchObject({
        code: 'VOPS-DISK-FULL',
        message: expect.stringMatching(/at least/),
      });
      // With a backup to learn from, what is the same as then and does not fit is refused as well.
      writeFileSync(join(place.root, 'noise'), noise.subarray(0, 700_000));
      expect((await backUp(place)).code).toBe(0);
      const again = await backUp(place);
      expect(again.document.error).toMatchObject({ message: expect.stringMatching(/by the measure of files-/) });
      expect(backupsIn(place.catalogue)).toHaveLength(1);
    } finally {
      execFileSync('env', ['umount', place.catalogue]);
    }
  });

  test('an abort in the middle leaves nothing', async () => {
    const place = workplace();
    sparse(join(place.root, 'big'), 400_000_000);
    const ending = new AbortController();
    const started = () => ending.abort(Object.assign(new Error('stop')));
    const context = testContext({
      configFlags: { config: place.config },
      signal: ending.signal,
      progress: { start: () => {}, finish: () => {}, update: started },
    });
    const plan = await planFilesBackup(context, {});
    await expect(applyFilesBackup(context, plan)).rejects.toThrow();
    expect(backupsIn(place.catalogue)).toEqual([]);
  });
});

function sparse(path: string, size: number): void {
  writeFileSync(path, '');
  truncateSync(path, size);
}
