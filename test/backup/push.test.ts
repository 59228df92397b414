import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { createBackup } from '../../src/lib/backup/catalogue.js';
import { type Catalogues, decidePush } from '../../src/lib/backup/decide-push.js';
import { encodingOf } from '../../src/lib/backup/encoding.js';
import { encrypt } from '../../src/lib/backup/encryption.js';
import { openStore } from '../../src/lib/backup/index.js';
import { type Manifest, readManifest } from '../../src/lib/backup/manifest.js';
import { pushBackup } from '../../src/lib/backup/push.js';
import { contentOf, openStored, writeStored } from '../../src/lib/backup/stored.js';
import { start } from '../support/binary.js';
import { testContext } from '../support/context.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { CREDENTIALS, type S3, type S3Options, startS3 } from '../support/s3.js';

const servers: S3[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Installation {
  readonly s3: S3;
  readonly directory: string;
  readonly catalogue: string;
  readonly config: string;
  /** Adds a backup of random files of these sizes. */
  readonly add: (files: Readonly<Record<string, number>>, day?: number) => Promise<Manifest>;
  readonly push: (...argv: readonly string[]) => ReturnType<typeof runJson>;
  readonly local: (id: string) => Manifest | undefined;
  readonly uploads: () => readonly string[];
}

async function install(remote: object = {}, options: S3Options = {}): Promise<Installation> {
  const s3 = await startS3(options);
  servers.push(s3);
  const directory = temporaryDirectory();
  const catalogue = join(directory, 'backups');
  const config = join(directory, 'config.json');
  const sections = {
    stateDirectory: 'state',
    maintenance: { lockWait: '20s' },
    backup: { directory: 'backups', remote: { ...s3.settings, ...remote } },
  };
  writeFileSync(config, JSON.stringify(sections), { mode: 0o600 });
  return {
    s3,
    directory,
    catalogue,
    config,
    add: async (files, day = 1) => {
      const createdAt = new Date(Date.UTC(2026, 0, day));
      const draft = { kind: 'files', source: '/srv', notes: [], createdAt } as const;
      const { manifest } = await createBackup(catalogue, draft, async (into) => {
        for (const [path, size] of Object.entries(files)) {
          mkdirSync(dirname(join(into, path)), { recursive: true });
          writeFileSync(join(into, path), randomBytes(size));
        }
        return { files: Object.keys(files).map((path) => ({ path, mode: 0o644 })) };
      });
      return manifest;
    },
    push: (...argv) => runJson(['backup', 'push', ...argv, '--config', config]),
    local: (id) => readManifest(readFileSync(join(catalogue, id, 'manifest.json'), 'utf8')),
    uploads: () => readdirSync(join(directory, 'state', 'uploads')),
  };
}

const contextOf = ({ config }: Pick<Installation, 'config'>) => testContext({ configFlags: { config } });
const MIB = 2 ** 20;
const isPart = ({ method, query }: { method: string; query: URLSearchParams }) =>
  method === 'PUT' && query.has('partNumber');
const partsOf = (seen: S3['seen']) => seen.filter(isPart).map(({ query }) => Number(query.get('partNumber')));

describe('push', () => {
  test('sends what is not there, newest first, the manifest last; then there is nothing to send', async () => {
    const { add, push, s3, local, uploads } = await install();
    const [old, current] = [await add({ 'a&b/c.txt': 10, empty: 0 }, 1), await add({ big: 9 * MIB, 'x y': 100 }, 2)];
    const planned = await push('--dry-run');
    expect(
      planned.document.result.backups.map(({ id, outcome }: { id: string; outcome: string }) => [id, outcome]),
    ).toEqual([
      [current.id, 'planned'],
      [old.id, 'planned'],
    ]);
    expect(s3.seen.some(({ method }) => method === 'PUT')).toBe(false);

    const { code, document } = await push();
    expect({ code, ...document.result }).toMatchObject({
      code: 0,
      store: 's3://backups/vik toria/+prod',
      backups: [
        { id: current.id, outcome: 'sent', sizeBytes: 9 * MIB + 100 },
        { id: old.id, outcome: 'sent', sizeBytes: 10 },
      ],
      left: { there: 0, removed: 0, bad: 0 },
    });
    const order = s3.seen.filter(({ method }) => method === 'PUT').map(({ key }) => key.split('/').slice(2).join('/'));
    expect(order.at(-1)).toBe(`${old.id}/manifest.json`);
    expect(order.indexOf(`${current.id}/manifest.json`)).toBe(order.findIndex((key) => key.startsWith(old.id)) - 1);
    expect(local(old.id)?.copies).toEqual([{ store: 's3://backups/vik toria/+prod', at: expect.any(String) }]);
    expect(uploads()).toEqual([]);

    const before = s3.seen.length;
    const again = await push();
    expect(again.document.result).toMatchObject({ backups: [], left: { there: 2 } });
    expect(s3.seen.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('what is there can be restored from there, decrypted, by its checksum', async () => {
    const secret = await generateX25519Identity();
    const recipient = await identityToRecipient(secret);
    const installation = await install();
    const { catalogue, directory, push, s3 } = installation;
    const identity = join(directory, 'key.txt');
    writeFileSync(identity, secret, { mode: 0o600 });
    const content = randomBytes(10 * MIB);
    const draft = { kind: 'files', source: '/srv', notes: [], createdAt: new Date() } as const;
    const { signal } = new AbortController();
    const encoding = {
      endings: '.age',
      programs: [],
      transforms: [(input: Readable) => encrypt(input, [recipient])],
    };
    const { manifest } = await createBackup(catalogue, draft, async (into) => {
      const input = Readable.from([content], { objectMode: false });
      return { files: [await writeStored({ directory: into, name: 'data' }, { input }, { encoding, signal })] };
    });
    expect((await push()).code).toBe(0);
    const store = await openStore(contextOf(installation), { remote: true });
    const [there] = (await store.list()).backups;
    if (there === undefined) throw new Error('not there');
    const restore = async () => {
      const reading = await encodingOf('data.age', { identities: [identity] }, { env: process.env });
      return buffer(contentOf(await openStored({ store, manifest: there }, 'data.age', reading), signal));
    };
    expect((await restore()).equals(content)).toBe(true);
    s3.fail({
      on: ({ method, key }) => method === 'GET' && key.endsWith('data.age'),
      corruptDownloadAt: 1_000_000,
      times: 1,
    });
    await expect(restore()).rejects.toMatchObject({ code: 'VOPS-BACKUP-DAMAGED' });
    expect(there.id).toBe(manifest.id);
  });

  test('one by name; none of that name; one that is not good', async () => {
    const { add, push, catalogue } = await install();
    const [wanted, other] = [await add({ a: 10 }, 1), await add({ a: 10 }, 2)];
    expect((await push(wanted.id)).document.result.backups).toHaveLength(1);
    expect((await push(wanted.id)).document.result).toMatchObject({ backups: [], left: { there: 1 } });
    expect(await push('files-20260101T000000Z-00000000')).toMatchObject({ code: 2 });
    const manifest = join(catalogue, other.id, 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"host"', '"Host"'));
    expect(await push(other.id)).toMatchObject({ code: 1, document: { findings: [{ code: 'VOPS-BACKUP-DAMAGED' }] } });
    expect(await push()).toMatchObject({ code: 0, document: { result: { left: { there: 1, bad: 1 } } } });
  });

  test('no bucket is configured', async () => {
    const config = join(temporaryDirectory(), 'config.json');
    writeFileSync(config, '{}');
    expect(await runJson(['backup', 'push', '--config', config])).toMatchObject({ code: 2 });
    const context = contextOf({ config });
    await expect(openStore(context, { remote: true })).rejects.toMatchObject({ code: 'VOPS-USAGE' });
    expect((await openStore(context, { remote: false })).label).toMatch(/backups$/);
  });

  test('a copy found bad there is replaced, a manifest damaged there is written anew', async () => {
    const installation = await install();
    const { add, push, s3 } = installation;
    const { id } = await add({ a: 10 });
    await push();
    const store = await openStore(contextOf(installation), { remote: true });
    const file = join(s3.directory, 'vik toria/+prod', id, 'a._S3rver_object');
    const content = readFileSync(file);
    writeFileSync(file, 'damaged!!!');
    const failure = { level: 1, at: new Date().toISOString(), reason: 'its checksum is another' } as const;
    await store.update(id, (manifest) => ({ ...manifest, failure }));
    expect((await push()).document.result.backups).toMatchObject([{ id, outcome: 'sent' }]);
    expect(readFileSync(file).equals(content)).toBe(true);
    writeFileSync(join(dirname(file), 'manifest.json._S3rver_object'), '{');
    expect((await push()).document.result.backups).toMatchObject([{ id, outcome: 'sent' }]);
    expect((await store.list()).damaged).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test('one part altered on the way is sent again; always altered, nothing is left', async () => {
    const { add, push, s3, local, uploads } = await install({ timeout: '20s' }, { listsParts: true });
    const { id } = await add({ big: 17 * MIB });
    s3.fail({ on: isPart, corruptUploadAt: 5 * MIB });
    const failed = await push();
    expect(failed).toMatchObject({ code: 1, document: { findings: [{ code: 'VOPS-REMOTE-FAILED' }] } });
    expect(local(id)).toMatchObject({ id });
    expect(local(id)?.copies).toBeUndefined();
    expect(uploads()).toEqual([]);
    expect(s3.seen.some(({ method, query }) => method === 'DELETE' && query.has('uploadId'))).toBe(true);

    s3.heal();
    s3.seen.length = 0;
    s3.fail({ on: isPart, corruptUploadAt: 5 * MIB, times: 1 });
    expect((await push()).code).toBe(0);
    expect(partsOf(s3.seen)).toHaveLength(4);
  });

  test('an object that is not what was sent is removed', async () => {
    const { add, push, s3 } = await install({}, { listsParts: true });
    const { id } = await add({ big: 9 * MIB });
    const isLook = ({ method, key }: { method: string; key: string }) => method === 'HEAD' && key.endsWith('/big');
    for (const headers of [
      { etag: `"${'0'.repeat(32)}-2"`, 'content-length': String(9 * MIB) },
      { 'content-length': '7', etag: '' },
    ]) {
      s3.fail({ on: isLook, status: 200, headers, times: 1 });
      expect(await push()).toMatchObject({ code: 1, document: { findings: [{ code: 'VOPS-REMOTE-FAILED' }] } });
      expect(existsSync(join(s3.directory, 'vik toria/+prod', id))).toBe(false);
    }
    // A service that encrypts by keys of its own has other names.
    s3.fail({
      on: isLook,
      status: 200,
      headers: {
        etag: `"${'0'.repeat(32)}-2"`,
        'content-length': String(9 * MIB),
        'x-amz-server-side-encryption': 'aws:kms',
      },
      times: 1,
    });
    expect((await push()).code).toBe(0);
  });

  test('a bucket that is down or refuses us: no verdict, the local backup good, no secret anywhere', async () => {
    const down = await install();
    await down.s3.refuse();
    const denied = await install({ secretAccessKey: 'canary/wrong+secret' });
    const check = async (installation: Installation, code: string) => {
      const manifest = await installation.add({ a: 10 });
      const ran = await run(['backup', 'push', '-vv', '--json', '--config', installation.config]);
      expect(ran.code).toBe(4);
      expect(JSON.parse(ran.stdout)).toMatchObject({ exitCode: 4, error: { code } });
      for (const secret of [...Object.values(CREDENTIALS), 'canary/wrong+secret'])
        for (const form of [secret, encodeURIComponent(secret), btoa(secret)])
          expect(ran.stdout + ran.stderr).not.toContain(form);
      expect(installation.local(manifest.id)).toEqual(manifest);
      return manifest;
    };
    await check(down, 'VOPS-REMOTE-UNREACHABLE');
    const manifest = await check(denied, 'VOPS-REMOTE-DENIED');
    const { copy, findings } = await pushBackup(contextOf(denied), manifest);
    expect(copy).toBeNull();
    expect(findings).toMatchObject([
      { code: 'VOPS-REMOTE-DENIED', severity: 'error', hint: expect.stringContaining('the backup is good here') },
    ]);
  });

  test('down in the middle: partial, the rest not tried, and the next run goes on', async () => {
    const { add, push, s3 } = await install();
    const backups = [await add({ a: 10 }, 1), await add({ big: 30 * MIB }, 2), await add({ a: 10 }, 3)];
    s3.fail({ on: (asked) => isPart(asked) && asked.query.get('partNumber') === '3', status: 503 });
    const failed = await push();
    expect(failed).toMatchObject({ code: 3, document: { findings: [{ code: 'VOPS-REMOTE-UNREACHABLE' }] } });
    expect(failed.document.result.backups.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'sent',
      'failed',
      'not tried',
    ]);
    s3.heal();
    s3.seen.length = 0;
    expect((await push()).document.result.backups.map(({ id }: Manifest) => id)).toEqual([
      backups[1]?.id,
      backups[0]?.id,
    ]);
    expect(partsOf(s3.seen)).toEqual([3]);
  });

  test('a local file damaged since: not sent, and the others are', async () => {
    const { add, push, catalogue, s3 } = await install({}, { listsParts: true });
    const [small, big, good] = [await add({ a: 10 }, 3), await add({ big: 9 * MIB }, 2), await add({ a: 10 }, 1)];
    for (const [{ id }, path] of [
      [small, 'a'],
      [big, 'big'],
    ] as const) {
      const file = join(catalogue, id, path);
      const data = readFileSync(file);
      data[5] = (data[5] ?? 0) ^ 1;
      writeFileSync(file, data);
    }
    const { code, document } = await push();
    expect(code).toBe(3);
    expect(document.findings.map((finding: { code: string }) => finding.code)).toEqual([
      'VOPS-BACKUP-DAMAGED',
      'VOPS-BACKUP-DAMAGED',
    ]);
    expect(readdirSync(join(s3.directory, 'vik toria/+prod'))).toEqual([good.id]);
  });
});

describe('resumed', () => {
  test.each([true, false])(
    'after kill -9 in the middle, no part is sent twice (the server lists parts: %p)',
    async (listsParts) => {
      const { add, push, s3, config, directory, uploads } = await install({}, { listsParts });
      const { id, files } = await add({ first: 100, big: 41 * MIB });
      const { child, ended } = start(['backup', 'push', '--config', config]);
      const journal = join(directory, 'state', 'uploads', `${id}.jsonl`);
      const recorded = () =>
        readFileSync(journal, 'utf8')
          .split('\n')
          .slice(1)
          .flatMap((line) => (line === '' ? [] : [JSON.parse(line).number]));
      // Four are on their way at a time: the sixth begins when two have ended.
      s3.fail({
        on: (asked) => isPart(asked) && Number(asked.query.get('partNumber')) >= 6,
        isSilent: true,
        hook: () => child.kill('SIGKILL'),
      });
      expect((await ended).signal).toBe('SIGKILL');
      const had = recorded();
      expect(had.length).toBeGreaterThanOrEqual(1);
      expect(statSync(journal).mode & 0o777).toBe(0o600);
      const confirmed = s3.seen
        .filter((seen) => isPart(seen) && seen.status === 200)
        .map(({ query }) => Number(query.get('partNumber')));
      s3.heal();
      s3.seen.length = 0;
      expect((await push()).code).toBe(0);
      const again = partsOf(s3.seen);
      expect(again.filter((number) => (listsParts ? confirmed : had).includes(number))).toEqual([]);
      expect(again.length).toBeLessThanOrEqual(6 - had.length);
      expect(s3.seen.filter(({ method, key }) => method === 'PUT' && key.endsWith('/first'))).toEqual([]);
      expect(uploads()).toEqual([]);
      const object = readFileSync(join(s3.directory, 'vik toria/+prod', id, 'big._S3rver_object'));
      expect(createHash('sha256').update(object).digest('hex')).toBe(files.find(({ path }) => path === 'big')?.sha256);
    },
  );

  test('an upload that the server has forgotten begins anew', async () => {
    for (const listsParts of [true, false]) {
      const { add, push, s3, directory } = await install({}, { listsParts });
      const { id } = await add({ big: 17 * MIB });
      s3.fail({ on: (asked) => isPart(asked) && asked.query.get('partNumber') === '3', status: 403 });
      expect((await push()).code).toBe(4);
      s3.heal();
      const journal = join(directory, 'state', 'uploads', `${id}.jsonl`);
      const [head = '', ...rest] = readFileSync(journal, 'utf8').split('\n');
      writeFileSync(journal, [head.replace(/"uploadId":"[^"]*"/, '"uploadId":"forgotten"'), ...rest].join('\n'));
      if (!listsParts)
        s3.fail({
          on: ({ method, query }) => method !== 'GET' && query.get('uploadId') === 'forgotten',
          status: 404,
          body: '<Error><Code>NoSuchUpload</Code></Error>',
        });
      const codes = [(await push()).code, (await push()).code];
      expect(codes).toEqual(listsParts ? [0, 0] : [1, 0]);
    }
  });

  test('two at once: each part goes once, and both end well', async () => {
    const { add, push, s3 } = await install();
    await add({ big: 20 * MIB }, 1);
    await add({ big: 20 * MIB }, 2);
    s3.fail({ delayMs: 20 });
    const [one, two] = await Promise.all([push(), push()]);
    expect([one.code, two.code]).toEqual([0, 0]);
    const sent = s3.seen.filter(isPart).map(({ key, query }) => `${key} ${query.get('partNumber')}`);
    expect(sent.sort()).toEqual([...new Set(sent)]);
    expect(sent).toHaveLength(6);
  });

  test('uploads of backups that are gone, and what nobody finished for a week, are cleared away', async () => {
    const { add, push, s3, catalogue, uploads } = await install({}, { listsParts: true });
    const { id } = await add({ first: 5, big: 17 * MIB });
    s3.fail({ on: (asked) => isPart(asked) && asked.query.get('partNumber') === '3', status: 403 });
    await push();
    expect(uploads()).toEqual([`${id}.jsonl`]);
    s3.heal();
    const elsewhere = join(catalogue, '..', 'elsewhere');
    mkdirSync(elsewhere);
    renameSync(join(catalogue, id), join(elsewhere, id));
    const orphan = join(s3.directory, 'vik toria/+prod', id, 'first._S3rver_object');
    utimesSync(orphan, new Date('2025-01-01'), new Date('2025-01-01'));
    const { document } = await push();
    expect(document.result.swept).toEqual([`an upload of ${id}/big`, `a part of ${id}`]);
    expect(uploads()).toEqual([]);
    expect(existsSync(orphan)).toBe(false);
  });
});

describe('the decision', () => {
  const store = 's3://b';
  const manifest = (id: string, more: Partial<Manifest> = {}): Manifest => ({
    schemaVersion: 1,
    id,
    kind: 'config',
    createdAt: `2026-01-0${id}T00:00:00.000Z`,
    host: 'h',
    source: '/srv',
    files: [],
    notes: [],
    verified: [{ level: 1, at: '2026-01-01T00:00:00.000Z', durationMs: 1 }],
    ...more,
  });
  const failure = { level: 1, at: '2026-01-01T00:00:00.000Z', reason: 'bad' } as const;
  const copies = [{ store, at: '2026-01-01T00:00:00.000Z' }];
  const ids = (backups: readonly Manifest[]) => backups.map(({ id }) => id).join('');
  const decide = (here: readonly Manifest[], there: readonly Manifest[], more: Partial<Catalogues> = {}) =>
    decidePush({ here: { backups: here, damaged: [] }, there: { backups: there, damaged: [] }, store, ...more });

  test('good ones that are not there, newest first', () => {
    const here = [
      manifest('1'),
      manifest('2', { failure }),
      manifest('3', { verified: [] }),
      manifest('4'),
      manifest('5'),
    ];
    const { send, left } = decide(here, [manifest('4')]);
    expect([ids(send), left]).toEqual(['51', { there: 1, removed: 0, bad: 2 }]);
  });

  test('what retention has removed there stays away, as long as there is something newer of the same', () => {
    const here = [manifest('1', { copies }), manifest('2', { copies, source: '/other' }), manifest('3', { copies })];
    expect(ids(decide(here, [manifest('3')]).send)).toBe('2');
    expect(ids(decide(here, []).send)).toBe('321');
    expect(ids(decide(here, [manifest('3')], { store: 's3://new' }).send)).toBe('21');
    const damaged = { backups: [manifest('3')], damaged: [{ id: '1', reason: 'r' }] };
    expect(ids(decide(here, [], { there: damaged }).send)).toBe('21');
  });

  test('a copy that is bad there is sent again', () => {
    expect(ids(decide([manifest('1', { copies })], [manifest('1', { failure })]).send)).toBe('1');
  });
});
