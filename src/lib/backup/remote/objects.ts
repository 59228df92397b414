/** What can be done with the objects of a bucket. Errors of all: those of `Bucket.send`. */
import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../../api/http.js';
import type { Bucket } from './bucket.js';
import { Objects, readXml } from './xml.js';

export interface ListedObject {
  /** Below the prefix of the bucket. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** Every object whose name begins so, in the order of their names. */
export async function listObjects(bucket: Bucket, below = ''): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  const prefix = bucket.prefix + below;
  for (let token: string | undefined = ''; token !== undefined; ) {
    // Encoded, as XML has no way to write some characters of a name. Some services pass over it.
    const query = { 'list-type': '2', 'encoding-type': 'url', prefix, ...(token && { 'continuation-token': token }) };
    const { body } = await bucket.send({ method: 'GET', query });
    const { ListBucketResult: page } = await readXml(body.toString('utf8'), Objects);
    const decoded = page.EncodingType === 'url' ? decodeKey : (key: string) => key;
    for (const { Key, Size, LastModified } of page.Contents) {
      found.push({
        key: decoded(Key).slice(bucket.prefix.length),
        sizeBytes: Size,
        modifiedAt: new Date(LastModified),
      });
    }
    token = page.IsTruncated === 'true' ? page.NextContinuationToken : undefined;
  }
  return found;
}

const decodeKey = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

export interface ObjectFacts {
  readonly sizeBytes: number;
  /** With its quotes, as it is sent back. */
  readonly etag: string;
  /** The server encrypts by keys of its own: the ETag is then no checksum of the content. */
  readonly isOpaque: boolean;
  /** Of its content, as we put it there. */
  readonly sha256?: string;
}

/** Undefined when there is no such object. */
export async function headObject(bucket: Bucket, key: string): Promise<ObjectFacts | undefined> {
  const { status, headers } = await bucket.send({ method: 'HEAD', key, accept: [404] });
  if (status === 404) return undefined;
  const sha256 = headers[SHA256_HEADER];
  return {
    sizeBytes: Number(headers['content-length']),
    etag: headers.etag ?? '',
    isOpaque: isOpaque(headers),
    ...(typeof sha256 === 'string' && { sha256 }),
  };
}

/** Metadata of ours: the checksum of an object whose ETag, put together of parts, does not tell it. */
export const SHA256_HEADER = 'x-amz-meta-sha256';

/** Puts an object there in one piece. */
export async function putObject(bucket: Bucket, key: string, body: Buffer): Promise<void> {
  const headers = { [SHA256_HEADER]: createHash('sha256').update(body).digest('hex') };
  const md5 = createHash('md5').update(body).digest('hex');
  await bucket.send({ method: 'PUT', key, headers, body, md5, faultOf: differsFrom(md5) });
}

/** Compares the ETag of a piece just sent, where it is a checksum, with the md5 of what was sent. */
export function differsFrom(md5: string): (answer: HttpAnswer) => string | undefined {
  return ({ headers }) => {
    const etag = bare(headers.etag ?? '');
    if (etag === md5 || isOpaque(headers) || !/^[0-9a-f]{32}$/.test(etag)) return undefined;
    return `what was sent arrived altered (checksum ${etag} there, ${md5} here)`;
  };
}

const isOpaque = (headers: HttpAnswer['headers']) =>
  String(headers['x-amz-server-side-encryption']).startsWith('aws:kms') ||
  headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined;

/** An ETag without its quotes. */
export const bare = (etag: string): string => etag.replace(/"/g, '').toLowerCase();

/** Bytes `start` up to, not including, `end` of the object as it was when it had this ETag; undefined when it is gone. */
export async function getRange(
  bucket: Bucket,
  key: string,
  { start, end, etag }: { readonly start: number; readonly end: number; readonly etag: string },
): Promise<Buffer | undefined> {
  const headers = { range: `bytes=${start}-${end - 1}`, ...(etag && { 'if-match': etag }) };
  const faultOf = ({ body }: HttpAnswer) =>
    body.length === end - start ? undefined : `asked for ${end - start} bytes, got ${body.length}`;
  const { status, body } = await bucket.send({ method: 'GET', key, headers, accept: [404, 412], faultOf });
  return status === 404 || status === 412 ? undefined : body;
}

/** Removes an object; one that is not there is removed already. */
export async function deleteObject(bucket: Bucket, key: string): Promise<void> {
  await bucket.send({ method: 'DELETE', key, accept: [404] });
}
