/** Uploads in parts: a large object is sent in pieces, and only `complete` makes one of them. */
import { createHash } from 'node:crypto';
import type { Bucket } from './bucket.js';
import type { SentPart } from './journal.js';
import { bare, differsFrom, SHA256_HEADER } from './objects.js';
import type { Part } from './parts.js';
import { Initiated, Parts, readError, readXml, Uploads } from './xml.js';

/** The least that every service takes is 5 MiB; small parts get through a slow line before the timeout. */
const SMALLEST_PART = 8 * 2 ** 20;
const MOST_PARTS = 10_000;

/** Size of the parts of an object: the same each time, so that an upload can be taken up again. */
export function partSizeOf(sizeBytes: number): number {
  const needed = Math.ceil(sizeBytes / MOST_PARTS);
  return Math.max(SMALLEST_PART, Math.ceil(needed / 2 ** 20) * 2 ** 20);
}

export interface Upload {
  readonly key: string;
  readonly uploadId: string;
}

/** The ETag that S3 gives to an object of these parts, in their order. */
export function compositeTag(parts: readonly Pick<Part, 'md5'>[]): string {
  const all = createHash('md5');
  for (const { md5 } of parts) all.update(md5, 'hex');
  return `${all.digest('hex')}-${parts.length}`;
}

export async function initiateUpload(bucket: Bucket, key: string, sha256: string): Promise<Upload> {
  const headers = { [SHA256_HEADER]: sha256 };
  const { body } = await bucket.send({ method: 'POST', key, query: { uploads: '' }, headers });
  const read = await readXml(body.toString('utf8'), Initiated);
  return { key, uploadId: read.InitiateMultipartUploadResult.UploadId };
}

export async function uploadPart(
  bucket: Bucket,
  { key, uploadId }: Upload,
  { number, data, md5 }: Part,
): Promise<SentPart> {
  const query = { partNumber: String(number), uploadId };
  const { headers } = await bucket.send({ method: 'PUT', key, query, body: data, md5, faultOf: differsFrom(md5) });
  return { number, md5, etag: headers.etag ?? `"${md5}"` };
}

/** The ETags of the parts that the server has, by number; undefined where it cannot tell, `gone` where it does not know the upload. */
export async function listParts(
  bucket: Bucket,
  { key, uploadId }: Upload,
): Promise<ReadonlyMap<number, string> | 'gone' | undefined> {
  const parts = new Map<number, string>();
  for (let marker: string | undefined = '0'; marker !== undefined; ) {
    const query = { uploadId, 'part-number-marker': marker };
    const { status, body } = await bucket.send({ method: 'GET', key, query, accept: CANNOT_TELL });
    const text = body.toString('utf8');
    if (status !== 200) return (await readError(text)).code === 'NoSuchUpload' ? 'gone' : undefined;
    const { ListPartsResult: page } = await readXml(text, Parts);
    for (const { PartNumber, ETag } of page.Part) parts.set(PartNumber, bare(ETag));
    marker = page.IsTruncated === 'true' ? page.NextPartNumberMarker : undefined;
  }
  return parts;
}

/** Some services, and rights that are narrow, do without the lists. */
const CANNOT_TELL: readonly number[] = [400, 403, 404, 405, 501];

/**
 * Makes the object of its parts. Of a service that does not know the upload the answer was perhaps lost when it was made:
 * whether the object is there, and is what was sent, is for the caller to see.
 */
export async function completeUpload(
  bucket: Bucket,
  { key, uploadId }: Upload,
  parts: readonly SentPart[],
): Promise<void> {
  const listed = [...parts]
    .sort((a, b) => a.number - b.number)
    .map(({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`);
  await bucket.send({
    method: 'POST',
    key,
    query: { uploadId },
    headers: { 'content-type': 'application/xml' },
    body: Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`),
    accept: [404],
    // The work is long, so the status is sent before it is known how it ends.
    faultOf: ({ body }) => (body.includes('<Error') ? 'it could not put the parts together' : undefined),
  });
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Ends an upload and frees what it holds; one that is not known has ended already. */
export async function abortUpload(bucket: Bucket, { key, uploadId }: Upload): Promise<void> {
  await bucket.send({ method: 'DELETE', key, query: { uploadId }, accept: CANNOT_TELL });
}

/** Uploads below the prefix that were begun before this time and have not ended; none where the service cannot tell. */
export async function listUploads(bucket: Bucket, before: Date): Promise<readonly Upload[]> {
  const query = { uploads: '', prefix: bucket.prefix };
  const { status, body } = await bucket.send({ method: 'GET', query, accept: CANNOT_TELL });
  if (status !== 200) return [];
  const { ListMultipartUploadsResult: page } = await readXml(body.toString('utf8'), Uploads);
  return page.Upload.filter(({ Initiated: begun }) => new Date(begun) < before).map(({ Key, UploadId }) => ({
    key: Key.slice(bucket.prefix.length),
    uploadId: UploadId,
  }));
}
