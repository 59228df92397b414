/** An object as a stream, asked for range by range: a broken connection costs a range, not the whole. */
import { Readable } from 'node:stream';
import { OperatorError } from '../../errors.js';
import type { Bucket } from './bucket.js';
import { getRange, headObject } from './objects.js';

/** Gets through a slow line before the timeout. Held in memory, so that a slow reader keeps no request waiting. */
const RANGE_BYTES = 8 * 2 ** 20;

/**
 * The content of an object. The next range is on its way while one is read.
 * Errors, also of the stream: those of `Bucket.send`; `VOPS-REMOTE-FAILED` when it is not there, or changes meanwhile.
 */
export async function downloadObject(bucket: Bucket, key: string): Promise<Readable> {
  const facts = await headObject(bucket, key);
  if (facts === undefined) throw missing(bucket, key);
  return Readable.from(ranges(bucket, key, facts), { objectMode: false });
}

async function* ranges(
  bucket: Bucket,
  key: string,
  { sizeBytes, etag }: { readonly sizeBytes: number; readonly etag: string },
): AsyncGenerator<Buffer, void, void> {
  const ask = (start: number) => {
    if (start >= sizeBytes) return undefined;
    const range = getRange(bucket, key, { start, end: Math.min(start + RANGE_BYTES, sizeBytes), etag });
    range.catch(() => {}); // told when it is its turn
    return range;
  };
  let next = ask(0);
  for (let start = RANGE_BYTES; next !== undefined; start += RANGE_BYTES) {
    const range = await next;
    if (range === undefined) throw missing(bucket, key);
    next = ask(start);
    for (let at = 0; at < range.length; at += CHUNK_BYTES) yield range.subarray(at, at + CHUNK_BYTES);
  }
}

const CHUNK_BYTES = 2 ** 18;

const missing = ({ label }: Bucket, key: string) =>
  new OperatorError('VOPS-REMOTE-FAILED', `${label}/${key} is not there, or was changed while it was read`);
