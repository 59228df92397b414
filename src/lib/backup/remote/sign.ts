/** Signatures of version 4, as every S3-compatible server asks for. */
import { createHash } from 'node:crypto';
import { OperatorError } from '../../errors.js';
import type { RemoteSettings } from './bucket.js';

interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly md5: string | undefined;
}

/** The headers of a request with those that sign it and, by its checksums, its body. */
export type Sign = (request: Unsigned) => Promise<Record<string, string>>;

/** Signs with the keys of the configuration. @throws OperatorError VOPS-CONFIG-INVALID for a key that no header can hold. */
export async function createSign({ region, accessKeyId, secretAccessKey }: RemoteSettings): Promise<Sign> {
  const { AwsV4Signer } = await import('aws4fetch');
  const keys = { accessKeyId: accessKeyId.reveal(), secretAccessKey: secretAccessKey.reveal() };
  if (!/^[\x21-\x7e]+$/.test(keys.accessKeyId)) throw unsendable();
  const cache = new Map<string, ArrayBuffer>();
  return async ({ method, url, headers, body = EMPTY, md5 = hexOf('md5', body) }) => {
    // The server compares both with what has arrived, or one of them.
    const checksums = {
      'x-amz-content-sha256': hexOf('sha256', body),
      ...(body.length > 0 && { 'content-md5': Buffer.from(md5, 'hex').toString('base64') }),
    };
    const signed = { ...headers, ...checksums };
    const signer = new AwsV4Signer({ ...keys, service: 's3', region, cache, method, url: url.href, headers: signed });
    return { 'accept-encoding': 'identity', ...Object.fromEntries((await signer.sign()).headers.entries()) };
  };
}

const EMPTY = Buffer.alloc(0);

const hexOf = (algorithm: 'md5' | 'sha256', body: Buffer) => createHash(algorithm).update(body).digest('hex');

const unsendable = () =>
  new OperatorError('VOPS-CONFIG-INVALID', 'backup.remote.accessKeyId has a character that no access key has', {
    hint: 'look for line breaks and spaces in it, or in the variable or file that it refers to',
  });
