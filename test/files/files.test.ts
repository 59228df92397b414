import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ensurePrivateDirectory, readRegularFile, writeFileAtomic } from '../../src/lib/files/index.js';
import { asRoot } from '../support/only-where.js';

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vo-files-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('writeFileAtomic', () => {
  test.each([0o000, 0o022, 0o077, 0o277])('gives the mode asked for under umask %o', async (umask) => {
    const before = process.umask(umask);
    try {
      await writeFileAtomic(join(directory, 'private'), 'text');
      await writeFileAtomic(join(directory, 'public'), 'text', { mode: 0o644 });
    } finally {
      process.umask(before);
    }
    expect(await modeOf(join(directory, 'private'))).toBe(0o600);
    expect(await modeOf(join(directory, 'public'))).toBe(0o644);
  });

  test('a reader in a loop sees one content or the other, never a part', async () => {
    const path = join(directory, 'state');
    const contents = ['a'.repeat(300_000), 'b'.repeat(200_000)];
    await writeFileAtomic(path, contents[0] ?? '');
    let isWriting = true;
    const reader = (async () => {
      while (isWriting) expect(contents).toContain(await readFile(path, 'utf8'));
    })();
    for (let round = 0; round < 20; round++) await writeFileAtomic(path, contents[round % 2] ?? '');
    isWriting = false;
    await reader;
    expect(await readdir(directory)).toEqual(['state']);
  });

  test('replaces a symlink instead of writing through it', async () => {
    await writeFile(join(directory, 'target'), 'untouched');
    await symlink('target', join(directory, 'link'));
    await writeFileAtomic(join(directory, 'link'), 'new');
    expect(await readFile(join(directory, 'target'), 'utf8')).toBe('untouched');
    expect(await readFile(join(directory, 'link'), 'utf8')).toBe('new');
  });

  test('a failed rename leaves no partial file', async () => {
    await mkdir(join(directory, 'taken'));
    await expect(writeFileAtomic(join(directory, 'taken'), 'text')).rejects.toMatchObject({ code: 'VOPS-FILE' });
    expect(await readdir(directory)).toEqual(['taken']);
  });

  test('a full disk is VOPS-DISK-FULL, and the old content stays', async () => {
    // A child process with a file size limit: EFBIG stands for ENOSPC, and is raised at the same place.
    const script = `import(${JSON.stringify(import.meta.resolve('../../src/lib/files/index.js'))})
      .then(({ writeFileAtomic }) => writeFileAtomic(process.argv[1], Buffer.alloc(100_000)))
      .catch((error) => console.log(error.code, '|', error.hint));`;
    const path = join(directory, 'state');
    await writeFile(path, 'old');
    // SIGXFSZ is ignored by Node, so that the write itself fails. The unit is 512 or 1024 bytes, as the shell likes.
    const printed = execFileSync('sh', ['-c', 'ulimit -f 40; exec "$0" -e "$1" "$2"', process.execPath, script, path]);
    expect(printed.toString()).toMatch(/^VOPS-DISK-FULL \| see the limit/);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(directory)).toEqual(['state']);
  });

  test('a missing directory is named, with what to do', async () => {
    const path = join(directory, 'absent', 'file');
    await expect(writeFileAtomic(path, '')).rejects.toMatchObject({
      code: 'VOPS-FILE',
      message: `cannot write ${path}: no such file or directory`,
      hint: expect.stringContaining('check the path'),
    });
  });
});

describe('ensurePrivateDirectory', () => {
  test.each([0o000, 0o022, 0o077])('makes every level 0700 under umask %o', async (umask) => {
    const before = process.umask(umask);
    try {
      await ensurePrivateDirectory(join(directory, 'a', 'b'));
      await ensurePrivateDirectory(join(directory, 'a', 'b')); // again: nothing to do
    } finally {
      process.umask(before);
    }
    expect(await modeOf(join(directory, 'a'))).toBe(0o700);
    expect(await modeOf(join(directory, 'a', 'b'))).toBe(0o700);
  });

  test('leaves the mode of an existing directory as it is', async () => {
    const path = join(directory, 'shared');
    await mkdir(path);
    await chmod(path, 0o750);
    await ensurePrivateDirectory(path);
    expect(await modeOf(path)).toBe(0o750);
  });

  test('refuses a directory everybody may write to', async () => {
    await chmod(directory, 0o777);
    await expect(ensurePrivateDirectory(directory)).rejects.toMatchObject({ code: 'VOPS-FILE-UNSAFE' });
  });

  test('refuses a file, and a symlink that leads nowhere', async () => {
    await writeFile(join(directory, 'file'), '');
    await symlink('nowhere', join(directory, 'dangling'));
    await expect(ensurePrivateDirectory(join(directory, 'file'))).rejects.toMatchObject({ code: 'VOPS-FILE' });
    await expect(ensurePrivateDirectory(join(directory, 'dangling'))).rejects.toMatchObject({ code: 'VOPS-FILE' });
  });

  asRoot('refuses what belongs to somebody else', async () => {
    const foreign = join(directory, 'foreign');
    await mkdir(foreign);
    await symlink(directory, join(directory, 'link'));
    await ensurePrivateDirectory(join(directory, 'link')); // ours: fine
    await chown(foreign, 12345, 12345);
    await expect(ensurePrivateDirectory(foreign)).rejects.toMatchObject({ code: 'VOPS-FILE-UNSAFE' });
  });
});

describe('readRegularFile', () => {
  test('reads up to the cap, and files without a size', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'x'.repeat(100_000));
    expect((await readRegularFile(path, 100_000)).length).toBe(100_000);
    await expect(readRegularFile(path, 99_999)).rejects.toThrow('larger than 99999 bytes');
    expect((await readRegularFile('/proc/self/status', 65_536)).toString()).toContain('Name:');
    await expect(readRegularFile('/proc/self/status', 10)).rejects.toThrow('larger than 10 bytes');
  });

  test('refuses a sparse giant, a FIFO, a directory and a device at once', async () => {
    const giant = join(directory, 'giant');
    await writeFile(giant, '');
    await truncate(giant, 2 ** 30);
    const fifo = join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    await expect(readRegularFile(giant, 1_000_000)).rejects.toThrow('larger than');
    for (const path of [fifo, directory, '/dev/zero']) {
      await expect(readRegularFile(path, 10)).rejects.toThrow('not a regular file');
    }
  });
});
