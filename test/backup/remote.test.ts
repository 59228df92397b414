import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Manifest, writeManifest } from '../../src/lib/backup/manifest.js';
import { type Bucket, openBucket } from '../../src/lib/backup/remote/bucket.js';
import { compositeTag, partSizeOf } from '../../src/lib/backup/remote/multipart.js';
import { getRange, headObject, listObjects, putObject } from '../../src/lib/backup/remote/objects.js';
import { isTransient, pauseBefore, TRIES } from '../../src/lib/backup/remote/retry.js';
import { remoteStore } from '../../src/lib/backup/remote/store.js';
import type { Store } from '../../src/lib/backup/store.js';
import { CREDENTIALS, type Fault, type S3, type S3Options, startS3 } from '../support/s3.js';
import { configOf, serve } from '../support/stub-server.js';

const servers: S3[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Opened {
  readonly s3: S3;
  readonly bucket: Bucket;
  readonly store: Store;
}

async function open(
  overrides: object = {},
  { signal, ...options }: S3Options & { signal?: AbortSignal } = {},
): Promise<Opened> {
  const s3 = await startS3(options);
  servers.push(s3);
  const bucket = await bucketWith({ ...s3.settings, ...overrides }, signal);
  return { s3, bucket, store: remoteStore(bucket) };
}

function bucketWith(remote: object, signal = new AbortController().signal): Promise<Bucket> {
  const settings = configOf({ backup: { remote } }).backup.remote;
  if (settings === undefined) throw new Error('no remote');
  return openBucket(settings, signal);
}

const ID = 'files-20260101T030000Z-0123abcd';

const manifestOf = (files: Readonly<Record<string, Buffer>>, id = ID): Manifest => ({
  schemaVersion: 1,
  id,
  kind: 'files',
  createdAt: '2026-01-01T03:00:00.000Z',
  host: 'h',
  source: '/srv',
  files: Object.entries(files).map(([path, data]) => ({
    path,
    sizeBytes: data.length,
    sha256: createHash('sha256').update(data).digest('hex'),
    mode: '0644',
  })),
  notes: [],
});

const codeOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'success',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );

describe('a bucket as a catalogue', () => {
  test('listed, looked at, read, changed and removed, whatever the names', async () => {
    const { bucket, store } = await open();
    const names = ['a b/ü+ñ.txt', "!'()*&=;,$@.gz", '100%/50%25', 'dots../..x', '#?', 'manifest.json/x', '語.age'];
    const files = Object.fromEntries(names.map((name) => [name, randomBytes(50)]));
    for (const [name, data] of Object.entries(files)) await putObject(bucket, `${ID}/${name}`, data);
    expect(await store.list()).toEqual({ backups: [], damaged: [] });
    expect(await store.update(ID, (manifest) => manifest)).toBeUndefined();

    const manifest = manifestOf(files);
    await putObject(bucket, `${ID}/manifest.json`, Buffer.from(writeManifest(manifest)));
    expect(await store.list()).toEqual({ backups: [manifest], damaged: [] });
    for (const [name, data] of Object.entries(files)) {
      expect(await store.stat(ID, name)).toMatchObject({ sizeBytes: 50 });
      expect((await buffer(await store.read(ID, name))).equals(data)).toBe(true);
    }
    expect(await store.stat(ID, 'absent')).toBeUndefined();
    await expect(store.read(ID, 'absent')).rejects.toMatchObject({ code: 'VOPS-REMOTE-FAILED' });

    const changed = await store.update(ID, (old) => ({ ...old, notes: ['changed'] }));
    expect((await store.list()).backups).toEqual([changed]);
    await store.remove(manifest);
    expect(await store.list()).toEqual({ backups: [], damaged: [] });
    expect(await listObjects(bucket)).toEqual([]);
    expect(store.label).toBe('s3://backups/vik toria/+prod');
  });

  test('removal begins with the manifest: what is left of it is no backup', async () => {
    const { s3, bucket, store } = await open({ timeout: '300ms' });
    await putObject(bucket, `${ID}/a`, Buffer.from('a'));
    await putObject(bucket, `${ID}/manifest.json`, Buffer.from(writeManifest(manifestOf({ a: Buffer.from('a') }))));
    s3.fail({ on: ({ method, key }) => method === 'DELETE' && key.endsWith('/a'), status: 400 });
    expect(await codeOf(store.remove(manifestOf({})))).toBe('VOPS-REMOTE-FAILED');
    expect(await store.list()).toEqual({ backups: [], damaged: [] });
    s3.heal();
    await store.remove(manifestOf({}));
    expect(await listObjects(bucket)).toEqual([]);
  });

  test('the damaged ones apart, oldest first', async () => {
    const { s3, store } = await open({ prefix: '' });
    const plant = (key: string, text: string) => {
      mkdirSync(join(s3.directory, key, '..'), { recursive: true });
      writeFileSync(join(s3.directory, `${key}._S3rver_object`), text);
    };
    const idOf = (index: number) => `files-202601${10 + index}T030000Z-0123abcd`;
    for (const index of [2, 0, 1]) plant(`${idOf(index)}/manifest.json`, writeManifest(manifestOf({}, idOf(index))));
    plant('config-20250101T030000Z-0123abcd/manifest.json', '{"half":');
    plant('config-20250102T030000Z-0123abcd/manifest.json', writeManifest(manifestOf({})));
    plant('config-20250103T030000Z-0123abcd/a', 'without a manifest');
    plant('something/else/manifest.json', '{}');
    const { backups, damaged } = await store.list();
    expect(backups.map(({ id }) => id)).toEqual([idOf(0), idOf(1), idOf(2)]);
    expect(damaged).toEqual([
      { id: 'config-20250101T030000Z-0123abcd', reason: expect.stringContaining('damaged') },
      { id: 'config-20250102T030000Z-0123abcd', reason: `its manifest is that of ${ID}` },
    ]);
  });

  // Not s3rver: it makes its tokens by a cipher that OpenSSL 3 no longer has.
  test('page after page, with names as they are encoded', async () => {
    const asked: (string | null)[] = [];
    const endpoint = await serve(({ url }, response) => {
      const { searchParams } = new URL(url ?? '', 'http://h');
      asked.push(searchParams.get('continuation-token'));
      const page = asked.length;
      const item = (key: string) =>
        `<Contents><Key>p/${key}</Key><Size>${page}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`;
      response.end(
        `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType>${
          page < 3
            ? `<IsTruncated>true</IsTruncated><NextContinuationToken>t/+=${page}&amp;</NextContinuationToken>`
            : '<IsTruncated>false</IsTruncated>'
        }${page === 2 ? '' : item('a+b%2Bc') + (page === 1 ? item('1') : '')}</ListBucketResult>`,
      );
    });
    const bucket = await bucketWith({ endpoint, bucket: 'backups', prefix: 'p', ...CREDENTIALS });
    expect((await listObjects(bucket)).map(({ key, sizeBytes }) => [key, sizeBytes])).toEqual([
      ['a b+c', 1],
      ['1', 1],
      ['a b+c', 3],
    ]);
    expect(asked).toEqual([null, 't/+=1&', 't/+=2&']);
  });
});

describe('what passes is tried again', () => {
  const data = randomBytes(3_000_000);
  const big = randomBytes(20 * 2 ** 20);

  test.each<[string, Fault]>([
    ['503, wait a second', { status: 503, headers: { 'retry-after': '1' }, times: 2 }],
    ['429', { status: 429, times: 1 }],
    ['500 with words', { status: 500, body: '<Error><Code>InternalError</Code></Error>', times: 1 }],
    ['400, but a timeout of the server', { status: 400, body: '<Error><Code>RequestTimeout</Code></Error>', times: 1 }],
    ['the connection breaks while sending', { resetUploadAt: 1_000_000, times: 2 }],
    ['a silent server', { isSilent: true, times: 1 }],
    ['a byte altered on the way', { corruptUploadAt: 1_234_567, times: 2 }],
  ])('sending: %s', async (_, fault) => {
    const { s3, bucket } = await open({ timeout: fault.isSilent ? '1500ms' : '20s' });
    s3.fail({ on: ({ method }) => method === 'PUT', ...fault });
    await putObject(bucket, 'a', data);
    s3.heal();
    expect((await getRange(bucket, 'a', { start: 0, end: data.length, etag: '' }))?.equals(data)).toBe(true);
    expect(s3.seen.filter(({ method }) => method === 'PUT')).toHaveLength((fault.times ?? 0) + 1);
  });

  test.each<[string, Fault]>([
    ['502', { status: 502, times: 2 }],
    ['the connection breaks in the middle of a range', { resetDownloadAt: 5_000_000, times: 2 }],
    ['a silent server', { isSilent: true, times: 1 }],
  ])('receiving: %s', async (_, fault) => {
    const { s3, bucket, store } = await open({ timeout: fault.isSilent ? '1500ms' : '20s' });
    await putObject(bucket, `${ID}/big`, big);
    s3.fail({ on: ({ method, key }) => method === 'GET' && key !== '', ...fault });
    expect((await buffer(await store.read(ID, 'big'))).equals(big)).toBe(true);
    // Three ranges; only what broke is asked for again.
    expect(s3.seen.filter(({ method }) => method === 'GET')).toHaveLength(3 + (fault.times ?? 0));
  });

  test('a slow line is no broken one, and a reader that dawdles keeps no request waiting', async () => {
    const { s3, bucket, store } = await open({ timeout: '2s' });
    await putObject(bucket, `${ID}/big`, big);
    s3.fail({ delayMs: 2 });
    const read: Buffer[] = [];
    for await (const chunk of await store.read(ID, 'big')) {
      if (read.length === 0) await new Promise((resolve) => setTimeout(resolve, 2_500));
      read.push(chunk);
    }
    expect(Buffer.concat(read).equals(big)).toBe(true);
    expect(s3.seen.filter(({ method }) => method === 'GET')).toHaveLength(3);
  });

  test('an object that changes while it is read is an error, not a mixture', async () => {
    const { s3, bucket, store } = await open();
    await putObject(bucket, `${ID}/big`, big);
    s3.fail({ on: ({ method }) => method === 'GET', status: 412 });
    expect(await codeOf(store.read(ID, 'big').then(buffer))).toBe('VOPS-REMOTE-FAILED');
  });
});

describe('what does not pass', () => {
  const sendingTo = async (opened: Opened) => codeOf(putObject(opened.bucket, 'a', Buffer.from('content')));

  test('is given up after six tries', async () => {
    const cases: readonly [Fault | 'refuse', string][] = [
      [{ status: 503 }, 'VOPS-REMOTE-UNREACHABLE'],
      [{ status: 429, headers: { 'retry-after': 'soon' } }, 'VOPS-REMOTE-UNREACHABLE'],
      [{ resetUploadAt: 0 }, 'VOPS-REMOTE-UNREACHABLE'],
      [{ isSilent: true }, 'VOPS-REMOTE-UNREACHABLE'],
      [{ corruptUploadAt: 3 }, 'VOPS-REMOTE-FAILED'],
      ['refuse', 'VOPS-REMOTE-UNREACHABLE'],
    ];
    const ends = cases.map(async ([fault]) => {
      const opened = await open({ timeout: fault !== 'refuse' && fault.isSilent ? '200ms' : '10s' });
      if (fault === 'refuse') await opened.s3.refuse();
      else opened.s3.fail(fault);
      return [await sendingTo(opened), opened.s3.seen.length];
    });
    expect(await Promise.all(ends)).toEqual(cases.map(([fault, code]) => [code, fault === 'refuse' ? 0 : TRIES]));
  });

  test.each<[string, object, Fault, string, RegExp]>([
    [
      'a wrong secret',
      { secretAccessKey: 'wrong-secret-canary' },
      { times: 0 },
      'VOPS-REMOTE-DENIED',
      /SignatureDoesNotMatch/,
    ],
    ['an unknown key', { accessKeyId: 'UNKNOWNCANARY' }, { times: 0 }, 'VOPS-REMOTE-DENIED', /InvalidAccessKeyId/],
    ['no right', {}, { status: 403 }, 'VOPS-REMOTE-DENIED', /403/],
    ['a bucket that is not there', { bucket: 'absent' }, { times: 0 }, 'VOPS-REMOTE-FAILED', /NoSuchBucket/],
    [
      'a redirect',
      {},
      { status: 301, headers: { location: 'http://127.0.0.1:1/', 'x-amz-bucket-region': 'eu-west-9' } },
      'VOPS-REMOTE-FAILED',
      /301/,
    ],
    ['not implemented', {}, { status: 501 }, 'VOPS-REMOTE-FAILED', /501/],
    ['no bucket at all', {}, { status: 200, body: '<html></html>' }, 'VOPS-REMOTE-FAILED', /no answer of a bucket/],
  ])('%s is told at once, without a secret', async (_, overrides, fault, code, words) => {
    const { s3, bucket } = await open(overrides);
    s3.fail(fault);
    const failure: unknown = await listObjects(bucket).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(words), hint: expect.any(String) });
    expect(s3.seen).toHaveLength(1);
    const { stack, message, hint, cause } = failure as Error & { hint: string };
    expect([stack, message, hint, String(cause)].join()).not.toMatch(/canary|CANARY/);
  });

  test('the region of a redirect is in the hint', async () => {
    const { s3, bucket } = await open();
    s3.fail({ status: 301, headers: { 'x-amz-bucket-region': 'eu-west-9' } });
    await expect(listObjects(bucket)).rejects.toMatchObject({ hint: expect.stringContaining('eu-west-9') });
  });

  test('an abort ends it at once, also in a pause', async () => {
    const aborter = new AbortController();
    const { s3, bucket } = await open({}, { signal: aborter.signal });
    s3.fail({
      status: 503,
      headers: { 'retry-after': '60' },
      hook: () => setTimeout(() => aborter.abort(new Error('enough')), 50),
    });
    await expect(listObjects(bucket)).rejects.toMatchObject({ code: 'VOPS-INTERNAL', cause: new Error('enough') });
    expect(s3.seen).toHaveLength(1);
  });

  test('keys that no header can hold', async () => {
    expect(
      await codeOf(bucketWith({ endpoint: 'http://h', bucket: 'backups', ...CREDENTIALS, accessKeyId: 'a\nb' })),
    ).toBe('VOPS-CONFIG-INVALID');
  });

  test('an endpoint below a path, and something that is no HTTP', async () => {
    const asked: string[] = [];
    const endpoint = await serve(({ url, headers }, response) => {
      asked.push(`${url} ${headers.host}`);
      response.statusCode = 404;
      response.end();
    });
    const bucket = await bucketWith({ endpoint: `${endpoint}/storage/`, bucket: 'backups', ...CREDENTIALS });
    expect(await headObject(bucket, 'a/b')).toBeUndefined();
    expect(asked).toEqual([`/storage/backups/a/b ${new URL(endpoint).host}`]);
  });
});

describe('pure parts', () => {
  test('pauses: twice as long each time, never beyond the longest wish', () => {
    for (let tries = 1; tries < TRIES; tries++) {
      const [shortest, longest] = [0, 1].map((random) => pauseBefore(tries, undefined, { random: () => random }));
      expect([shortest, longest]).toEqual([100 * 2 ** (tries - 1), 200 * 2 ** (tries - 1)]);
    }
    const now = () => Date.parse('2026-01-01T00:00:00Z');
    expect(pauseBefore(1, '5', { now })).toBe(5_000);
    expect(pauseBefore(1, '86400', { now })).toBe(60_000);
    expect(pauseBefore(1, 'Thu, 01 Jan 2026 00:00:07 GMT', { now })).toBe(7_000);
    for (const odd of ['', 'soon', '-5', 'Thu, 01 Jan 1970 00:00:00 GMT'])
      expect(pauseBefore(1, odd)).toBeLessThan(201);
  });

  test('which refusals pass', () => {
    expect([408, 429, 500, 502, 503, 504].every((status) => isTransient(status, undefined))).toBe(true);
    expect([301, 400, 401, 403, 404, 409, 412, 501].some((status) => isTransient(status, undefined))).toBe(false);
    expect([isTransient(400, 'BadDigest'), isTransient(400, 'InvalidArgument')]).toEqual([true, false]);
  });

  test('the checksum of an object of parts', () => {
    // Of 5 MiB of zeros twice and one byte, as Amazon's documentation has it: md5 of the md5s, and their number.
    const md5 = (data: Buffer | string) => createHash('md5').update(data).digest('hex');
    const parts = [Buffer.alloc(5 * 2 ** 20), Buffer.alloc(5 * 2 ** 20), Buffer.from('x')].map((part) => ({
      md5: md5(part),
    }));
    const binary = Buffer.concat(parts.map((part) => Buffer.from(part.md5, 'hex')));
    expect(compositeTag(parts)).toBe(`${md5(binary)}-3`);
    expect(compositeTag([{ md5: md5('') }])).toBe('59adb24ef3cdbe0297f05b395827453f-1');
  });

  test('parts: never more than ten thousand, never below eight MiB, whole MiB', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 43 }), (sizeBytes) => {
        const part = partSizeOf(sizeBytes);
        expect(Math.ceil(sizeBytes / part)).toBeLessThanOrEqual(10_000);
        expect(part).toBeGreaterThanOrEqual(8 * 2 ** 20);
        expect(part % 2 ** 20).toBe(0);
      }),
    );
  });
});
