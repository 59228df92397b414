import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Header } from 'tar-stream';
import type { Entry } from '../../src/lib/backup/archive/contents.js';
import { staysInside } from '../../src/lib/backup/archive/inside.js';
import { configProvers } from '../../src/lib/backup/verify/config.js';
import { filesProvers } from '../../src/lib/backup/verify/files.js';
import {
  type Forged,
  forge,
  onlySite,
  outcomeOf,
  proveByReading,
  proveByUnpacking,
  sha256,
  type Workplace,
  workplace,
} from '../support/archives.js';
import { run, runJson } from '../support/run.js';

const backUp = (place: Workplace) => runJson(['backup', 'files', '--config', place.config]);
const restore = (place: Workplace, ...argv: string[]) =>
  runJson(['backup', 'restore', ...argv, '--config', place.config]);

/** Everything below a directory: what it is and what is in it. */
function treeOf(root: string, path = ''): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(join(root, path))) {
    const below = path === '' ? name : `${path}/${name}`;
    const found = lstatSync(join(root, below));
    const mode = (found.mode & 0o777).toString(8);
    if (found.isDirectory()) Object.assign(tree, { [below]: `directory ${mode}` }, treeOf(root, below));
    else if (found.isSymbolicLink()) tree[below] = `-> ${readlinkSync(join(root, below))}`;
    else tree[below] = `${mode} ${Math.trunc(found.mtimeMs)} ${sha256(readFileSync(join(root, below)))}`;
  }
  return tree;
}

describe('backup restore', () => {
  function filled(): Workplace {
    const place = workplace();
    mkdirSync(join(place.root, 'src/deep'), { recursive: true });
    writeFileSync(join(place.root, 'src/a.ts'), 'a', { mode: 0o640 });
    writeFileSync(join(place.root, 'src/deep/b.ts'), 'b'.repeat(600_000));
    symlinkSync('../a.ts', join(place.root, 'src/deep/link'));
    chmodSync(join(place.root, 'src/deep'), 0o555);
    return place;
  }

  test('into a new directory, all at once, with modes, times and links', async () => {
    const place = filled();
    await backUp(place);
    const into = join(place.directory, 'new');
    const dry = await restore(place, 'newest', '--into', into, '--dry-run');
    expect(dry.document.result).toMatchObject({ applied: false, entries: 5, overwritten: 0 });
    expect(dry.document.result.files).toHaveLength(5);
    expect(existsSync(into)).toBe(false);
    const { code, document } = await restore(place, 'newest', '--into', into);
    expect({ code, result: document.result }).toMatchObject({ code: 0, result: { applied: true, files: [] } });
    expect(treeOf(into)).toEqual(treeOf(place.root));
    expect(lstatSync(join(into, 'src/deep')).mtimeMs).toBeCloseTo(lstatSync(join(place.root, 'src/deep')).mtimeMs, -1);
    expect(readdirSync(place.directory).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('into an empty directory; a relative path is relative to where we are', async () => {
    const place = filled();
    await backUp(place);
    mkdirSync(join(place.directory, 'empty'));
    const argv = ['backup', 'restore', 'newest', '--into', 'empty', '--config', place.config];
    expect((await run(argv, { cwd: place.directory })).code).toBe(0);
    expect(treeOf(join(place.directory, 'empty'))).toEqual(treeOf(place.root));
  });

  test('not over files, unless --overwrite: then one by one, and others stay', async () => {
    const place = filled();
    const id = (await backUp(place)).document.result.path.split('/').at(-1);
    const into = join(place.directory, 'filled');
    mkdirSync(join(into, 'src/deep'), { recursive: true });
    writeFileSync(join(into, 'src/a.ts'), 'newer');
    writeFileSync(join(into, 'src/mine'), 'mine');
    const refused = await restore(place, id, '--into', into);
    expect(refused).toMatchObject({ code: 2, document: { error: { code: 'VOPS-USAGE' } } });
    expect(readFileSync(join(into, 'src/a.ts'), 'utf8')).toBe('newer');
    const dry = await restore(place, id, '--into', into, '--overwrite', '--dry-run');
    const actions = dry.document.result.files.map(({ path, action }: Record<string, string>) => `${path} ${action}`);
    expect(actions).toEqual([
      'src keep',
      'src/a.ts overwrite',
      'src/deep keep',
      'src/deep/b.ts create',
      'src/deep/link create',
    ]);
    const done = await restore(place, id, '--into', into, '--overwrite');
    expect(done).toMatchObject({ code: 0, document: { result: { overwritten: 1 } } });
    expect(readFileSync(join(into, 'src/a.ts'), 'utf8')).toBe('a');
    expect(readFileSync(join(into, 'src/mine'), 'utf8')).toBe('mine');
    expect(readdirSync(into)).toEqual(['src']);
  });

  test('never through a link that lies in the target', async () => {
    const place = filled();
    await backUp(place);
    const [into, outside] = [join(place.directory, 'target'), join(place.directory, 'outside')];
    mkdirSync(into);
    mkdirSync(outside);
    symlinkSync(outside, join(into, 'src'));
    const refused = await restore(place, 'newest', '--into', into, '--overwrite');
    expect(refused.document.error).toMatchObject({
      code: 'VOPS-FILE',
      message: expect.stringMatching(/symbolic link/),
    });
    symlinkSync(outside, join(place.directory, 'linked'));
    expect((await restore(place, 'newest', '--into', join(place.directory, 'linked'))).code).toBe(1);
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(into)).toEqual(['src']);
  });

  test('what does not exist, is a database, or is called wrongly: exit 2 and a hint', async () => {
    const place = workplace();
    const into = ['--into', join(place.directory, 'x')];
    expect(await restore(place, 'newest', ...into)).toMatchObject({
      code: 2,
      document: {
        error: { code: 'VOPS-BACKUP-NOT-FOUND', message: expect.stringMatching(/no good backup of kind files/) },
      },
    });
    expect((await restore(place, 'files-20260101T030000Z-00000000', ...into)).code).toBe(2);
    expect((await restore(place, 'newest')).document.error).toMatchObject({ code: 'VOPS-USAGE' });
  });

  test('a full disk leaves the target as it was', async () => {
    const place = workplace();
    const mountPoint = join(place.directory, 'small');
    mkdirSync(mountPoint);
    // Small files fill more blocks than their sizes add up to, so that the check beforehand lets them pass.
    for (let file = 0; file < 400; file++) writeFileSync(join(place.root, `f${file}`), 'x');
    await backUp(place);
    execFileSync('env', ['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0755', 'none', mountPoint]);
    try {
      const { code, document } = await restore(place, 'newest', '--into', mountPoint);
      expect({ code, error: document.error }).toMatchObject({ code: 1, error: { code: 'VOPS-DISK-FULL' } });
      expect(readdirSync(mountPoint)).toEqual([]);
    } finally {
      execFileSync('env', ['umount', mountPoint]);
    }
  });

  test('a snapshot of the configuration', async () => {
    const place = workplace();
    mkdirSync(join(place.root, 'config'));
    writeFileSync(join(place.root, 'config/server.ts'), 'export default {}', { mode: 0o644 });
    await run(['config', 'backup', '--config', place.config]);
    const into = join(place.directory, 'out');
    const { code, document } = await restore(place, 'newest', '--kind', 'config', '--into', into);
    expect(code).toBe(0);
    expect(document.result.notes.length).toBeGreaterThan(0);
    expect(readFileSync(join(into, 'backend/config/server.ts'), 'utf8')).toBe('export default {}');
    expect(existsSync(join(into, 'viktoria-ops/config.json'))).toBe(true);
  });
});

describe('hostile archives', () => {
  const file = (name: string, content = 'x'): [Header, string] => [{ name, type: 'file', mode: 0o644 }, content];
  const directory = (name: string): [Header] => [{ name, type: 'directory', mode: 0o755 }];
  const link = (name: string, linkname: string, type = 'symlink'): [Header] => [{ name, type, linkname }];
  const listed = {
    file: (path: string, content = 'x'): Partial<Entry> => ({
      path,
      sizeBytes: content.length,
      sha256: sha256(content),
    }),
    directory: (path: string): Partial<Entry> => ({ path, type: 'directory' }),
    link: (path: string, target: string): Partial<Entry> => ({ path, type: 'link', target }),
  };
  const one = (name: string): Forged => ({ tar: [file(name)], contents: [listed.file(name)] });
  const linked = (name: string, target: string): Forged => ({
    tar: [link(name, target)],
    contents: [listed.link(name, target)],
  });
  /** The list tells of one harmless file, the archive holds something else. */
  const lying = (...tar: [Header, string?][]): Forged => ({ tar, contents: [listed.file('a')] });
  const zeros = 10_000_000_000;

  const archives: Readonly<Record<string, Forged>> = {
    'a name that climbs': one('../escaped'),
    'a name that climbs later': one('a/../../escaped'),
    'an absolute name': one('/tmp/viktoria-ops-escaped'),
    'a backslash': one('a\\b'),
    'a NUL': one('a\0b'),
    'a dot': one('./a'),
    'no directory above': one('a/b'),
    'a link with an absolute target': linked('a', '/etc/passwd'),
    'a link that climbs': linked('a', '../escaped'),
    'a link that climbs behind a name': linked('a', 'b/../../escaped'),
    'a name through a link': {
      tar: [link('a', '.'), file('a/b')],
      contents: [listed.link('a', '.'), listed.file('a/b')],
    },
    'a name through a file': { tar: [file('a'), file('a/b')], contents: [listed.file('a'), listed.file('a/b')] },
    'a name twice': { tar: [file('a'), file('a')], contents: [listed.file('a'), listed.file('a')] },
    'a link, then a file of its name': {
      tar: [link('a', 'b'), file('a')],
      contents: [listed.link('a', 'b'), listed.file('a')],
    },
    'a hard link out': lying(link('a', '/etc/passwd', 'link')),
    'a hard link inside': lying(link('a', 'b', 'link')),
    'a device': lying([{ name: 'a', type: 'character-device' }]),
    'a block device': lying([{ name: 'a', type: 'block-device' }]),
    'a FIFO': lying([{ name: 'a', type: 'fifo' }]),
    'another name than listed': lying(file('../escaped')),
    'another name by an extended header': lying([{ name: 'a', type: 'file', pax: { path: '../escaped' } }, 'x']),
    'another type than listed': lying(link('a', '/etc')),
    'more than listed': lying(file('a'), file('../escaped')),
    'less than listed': { tar: [file('a')], contents: [listed.file('a'), listed.file('b')] },
    'another order than listed': { tar: [file('b'), file('a')], contents: [listed.file('a'), listed.file('b')] },
    'another content than listed': lying(file('a', 'y')),
    'a longer content than listed': lying(file('a', 'xx')),
    'no list': { tar: [file('a')], contents: undefined, archive: { entries: 1 } },
    'a list that is none': { tar: [file('a')], contents: 'nonsense\n', archive: { entries: 1 } },
    'a list cut short': { tar: [file('a')], contents: '{"path":"a"', archive: { entries: 1 } },
    'a list of unknown types': { tar: [file('a')], contents: [{ ...listed.file('a'), type: 'device' as 'file' }] },
    'a file without checksum': { tar: [file('a')], contents: [{ path: 'a', sizeBytes: 1 }] },
    'a line without end': { tar: [file('a')], contents: 'x'.repeat(1_000_000), archive: { entries: 1 } },
    'more entries than the manifest counts': { ...one('a'), archive: { entries: 0 } },
    'more bytes than the manifest counts': { ...one('a'), archive: { contentBytes: 0 } },
    'ten GB of zeros in a header': {
      tar: Buffer.concat([sparseHeader(zeros), Buffer.alloc(1024)]),
      contents: [{ path: 'a', sizeBytes: zeros, sha256: sha256('') }],
    },
    'a tar cut short': { tar: Buffer.alloc(700, 'x'), contents: [listed.file('a')] },
    'an empty tar': { tar: [], contents: [listed.file('a')] },
  };

  /** A header of a file of that size, and nothing behind it. */
  function sparseHeader(sizeBytes: number): Buffer {
    const header = Buffer.alloc(512);
    header.write('a');
    header.write('0000644\0' + '0000000\0' + '0000000\0', 100);
    header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0        0', 136);
    header.write('ustar\0' + '00', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return header;
  }

  test.each(Object.entries(archives))('%s', async (_, forged) => {
    const place = workplace();
    const id = await forge(place.catalogue, forged);
    const site = await onlySite(place);
    for (const prove of [proveByReading, proveByUnpacking]) {
      const { failure } = await prove(site);
      expect(failure).toMatch(/contents\.jsonl|damaged/);
    }
    const before = readdirSync(place.directory).sort();
    const { code, document } = await restore(place, id, '--into', join(place.directory, 'inside'));
    expect({ code, error: document.error.code }).toEqual({
      code: 1,
      error: expect.stringMatching(/^VOPS-(BACKUP-DAMAGED|DISK-FULL)$/),
    });
    expect(readdirSync(place.directory).sort()).toEqual(before);
    expect(existsSync('/tmp/viktoria-ops-escaped')).toBe(false);
    expect(readdirSync(place.state).filter((name) => name.startsWith('verify-'))).toEqual([]);
  });

  test('setuid, setgid and sticky bits are not restored', async () => {
    const place = workplace();
    await forge(place.catalogue, {
      tar: [directory('d'), [{ name: 'd/a', type: 'file', mode: 0o6755 }, 'x']],
      contents: [
        { ...listed.directory('d'), mode: '3777' },
        { ...listed.file('d/a'), mode: '6755' },
      ],
    });
    const into = join(place.directory, 'inside');
    expect((await restore(place, 'newest', '--into', into)).code).toBe(0);
    expect(lstatSync(join(into, 'd')).mode & 0o7777).toBe(0o777);
    expect(lstatSync(join(into, 'd/a')).mode & 0o7777).toBe(0o755);
  });

  test('a link is inside when no chain of them can lead out', () => {
    const inside = ['b', './b', 'b/c', '..', '../b', 'b//c', '.'];
    const outside = ['/b', '../..', '../../b', 'b/..', '../b/../c', 'a\\b', './../../b'];
    expect(inside.filter((target) => !staysInside('d/l', target))).toEqual([]);
    expect(outside.filter((target) => staysInside('d/l', target))).toEqual([]);
  });
});

describe('proof', () => {
  test('one bit flipped anywhere: never proven, whatever the packing', async () => {
    for (const compression of ['none', 'gzip', 'zstd']) {
      const place = workplace({ compression });
      mkdirSync(join(place.root, 'd'));
      for (let index = 0; index < 20; index++)
        writeFileSync(join(place.root, 'd', `f${index}`), `${index}`.repeat(500 * index));
      await backUp(place);
      const site = await onlySite(place);
      for (let round = 0; round < 20; round++) {
        const { path } = site.manifest.files[round % 5 === 0 ? 1 : 0] ?? { path: '' };
        const stored = join(place.catalogue, site.manifest.id, path);
        const data = readFileSync(stored);
        const flipped = Buffer.from(data);
        const at = randomInt(flipped.length);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << randomInt(8));
        writeFileSync(stored, flipped);
        expect({ at, failure: (await proveByReading(site)).failure }).toEqual({ at, failure: expect.any(String) });
        if (round % 4 === 0) expect((await proveByUnpacking(site)).failure).toEqual(expect.any(String));
        writeFileSync(stored, data);
      }
      expect(await proveByReading(site)).toEqual({ findings: [] });
    }
  }, 60_000);

  test('what killed verifications have left is swept; what one is working in is not', async () => {
    const place = workplace();
    writeFileSync(join(place.root, 'a'), 'a');
    await backUp(place);
    const stray = join(place.state, 'verify-files-20260101T030000Z-00000000');
    mkdirSync(join(stray, 'some'), { recursive: true });
    writeFileSync(`${stray}.lock`, '');
    mkdirSync(join(place.state, 'verify'));
    expect(await proveByUnpacking(await onlySite(place))).toEqual({ findings: [] });
    expect(readdirSync(place.state)).toEqual(['verify']);
  });

  test('a state directory behind a link is as good as any other', async () => {
    const place = workplace();
    writeFileSync(join(place.root, 'a'), 'a');
    await backUp(place);
    renameSync(place.state, join(place.directory, 'volume'));
    symlinkSync('volume', place.state);
    expect(await proveByUnpacking(await onlySite(place))).toEqual({ findings: [] });
    expect(readdirSync(place.state)).toEqual([]);
  });

  test('a verification without room for it says nothing about the backup', async () => {
    const place = workplace();
    writeFileSync(join(place.root, 'a'), randomBytes(2_000_000));
    await backUp(place);
    execFileSync('env', ['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'none', place.state]);
    try {
      const found = await filesProvers[3](await onlySite(place));
      expect(found).toMatchObject([{ code: 'VOPS-DISK-FULL', severity: 'unknown' }]);
      expect(readdirSync(place.state)).toEqual([]);
    } finally {
      execFileSync('env', ['umount', place.state]);
    }
  });

  test('a snapshot: ours must load, of the backend’s what does not parse is a remark', async () => {
    const place = workplace({ encryption: undefined });
    mkdirSync(join(place.root, 'config'));
    writeFileSync(join(place.root, 'config/good.json'), '[1]');
    writeFileSync(join(place.root, 'config/bad.json'), '{ // comment\n}');
    writeFileSync(join(place.root, 'config/bad.yaml'), 'a: [');
    const config = JSON.parse(readFileSync(place.config, 'utf8'));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference as people write it
    const secrets = { app: { ...config.app, token: '${env:NOT_SET_HERE}' }, database: { password: 'canary-8f21' } };
    writeFileSync(place.config, JSON.stringify({ ...config, ...secrets }), { mode: 0o600 });
    const env = { NOT_SET_HERE: 'canary-55aa' };
    const made = await run(['config', 'backup', '--config', place.config], { env });
    expect(made.code).toBe(0);
    const site = await onlySite(place, env);
    const { findings, failure } = await outcomeOf(configProvers[2](site));
    expect(failure).toBeUndefined();
    expect(findings).toEqual([
      'backend/config/bad.json in the snapshot is no valid JSON',
      'backend/config/bad.yaml in the snapshot is no valid YAML',
    ]);
    expect(await outcomeOf(configProvers[3](site))).toEqual({ findings: [] });
    expect(readdirSync(place.state).filter((name) => name.startsWith('verify-'))).toEqual([]);
  });

  test.each([
    ['an unknown key', { nonsense: 1 }],
    ['a value that is not valid', { database: { port: 'many' } }],
    ['an invalid environment', { environments: { production: { database: { port: -1 } } } }],
  ])('a snapshot that a start would refuse: %s', async (_, sections) => {
    const place = workplace();
    await run(['config', 'backup', '--config', place.config]);
    const site = await onlySite(place);
    const path = 'viktoria-ops/config.json';
    const text = JSON.stringify({ ...JSON.parse(readFileSync(place.config, 'utf8')), ...sections });
    writeFileSync(join(place.catalogue, site.manifest.id, path), text);
    const file = { path, sizeBytes: text.length, sha256: sha256(text), mode: '0600' };
    const forged = { ...site, manifest: { ...site.manifest, files: [file] } };
    expect(await outcomeOf(configProvers[2](forged))).toEqual({ findings: [] });
    const { failure } = await outcomeOf(configProvers[3](forged));
    expect(failure).toMatch(/^viktoria-ops\/config.json would be refused: viktoria-ops\/config.json:1:/);
  });
});

describe('there and back', () => {
  const part = fc
    .oneof(
      {
        weight: 4,
        arbitrary: fc.string({
          unit: fc.constantFrom('a', 'B', ' ', "'", '"', '\n', 'é', '😀', '.', '-', '$', '*'),
          minLength: 1,
          maxLength: 12,
        }),
      },
      { weight: 1, arbitrary: fc.constantFrom('n'.repeat(101), 'ü'.repeat(120), 'l'.repeat(255), 'c:', '#x', '!x') },
    )
    .filter((name) => name !== '.' && name !== '..');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const node = fc.oneof(
    fc.record({
      type: fc.constant('file' as const),
      content: fc.uint8Array({ maxLength: 2_000 }),
      mode: fc.constantFrom(0o600, 0o644, 0o755, 0o444),
    }),
    fc.record({ type: fc.constant('large' as const), size: fc.integer({ min: 262_144, max: 600_000 }) }),
    fc.record({ type: fc.constant('directory' as const), mode: fc.constantFrom(0o700, 0o755) }),
    fc.record({ type: fc.constant('link' as const), target: part }),
  );

  test('any tree comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(path, node), { maxLength: 12 }), async (nodes) => {
        const place = workplace({ compression: 'none' }, mkdtempSync(join(tmpdir(), 'vo-tree-')));
        writeFileSync(join(place.root, 'always'), '');
        for (const [name, made] of nodes) make(join(place.root, name), made);
        try {
          expect((await backUp(place)).code).toBe(0);
          const site = await onlySite(place);
          expect(await proveByReading(site)).toEqual({ findings: [] });
          expect(await proveByUnpacking(site)).toEqual({ findings: [] });
          const into = join(place.directory, 'back');
          expect((await restore(place, 'newest', '--into', into)).code).toBe(0);
          expect(treeOf(into)).toEqual(treeOf(place.root));
        } finally {
          execFileSync('rm', ['-rf', place.directory]);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  type Node = typeof node extends fc.Arbitrary<infer T> ? T : never;

  /** What meets something else of its name, or above it, is left out. */
  function make(at: string, made: Node): void {
    try {
      mkdirSync(join(at, '..'), { recursive: true });
      if (made.type === 'directory') mkdirSync(at, { mode: made.mode });
      else if (made.type === 'link') symlinkSync(made.target, at);
      else if (made.type === 'large') writeFileSync(at, Buffer.alloc(made.size, at), { flag: 'wx' });
      else writeFileSync(at, made.content, { flag: 'wx', mode: made.mode });
    } catch (error) {
      if (!/EEXIST|ENOTDIR|ENOENT|ELOOP/.test(String(error))) throw error;
    }
  }
});
