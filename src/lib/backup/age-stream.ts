/**
 * The payload of age's format: chunks of 64 kB, each sealed by ChaCha20-Poly1305 with its number and whether it is the
 * last, so that none can be altered, moved, left out or cut off. Node's own cipher is several times as fast as that of the
 * library, which is left the delicate part: the header and its keys. https://age-encryption.org/v1
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { OperatorError } from '../errors.js';

export const NONCE_BYTES = 16;
const CHUNK_BYTES = 65_536;
const TAG_BYTES = 16;

/** The key of a payload, of the key of its file and the nonce before it. */
export const payloadKey = (fileKey: Uint8Array, nonce: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));

/** Content, sealed. */
export async function* sealed(content: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer, void, void> {
  for await (const { block, number, isLast } of blocksOf(content, CHUNK_BYTES)) {
    const cipher = createCipheriv(CIPHER, key, nonceOf(number, isLast), TAGGED);
    yield Buffer.concat([cipher.update(block), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Sealed content, opened; nothing is handed out before its chunk is proven. @throws OperatorError VOPS-BACKUP-DAMAGED. */
export async function* opened(payload: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer, void, void> {
  for await (const { block, number, isLast } of blocksOf(payload, CHUNK_BYTES + TAG_BYTES)) {
    const end = block.length - TAG_BYTES;
    if (end < 0 || (end === 0 && number > 0)) throw damaged('its end is missing');
    const decipher = createDecipheriv(CIPHER, key, nonceOf(number, isLast), TAGGED);
    decipher.setAuthTag(block.subarray(end));
    const content = decipher.update(block.subarray(0, end));
    try {
      decipher.final();
    } catch {
      throw damaged(`its chunk ${number + 1} was altered, or is not the last that there was`);
    }
    yield content;
  }
}

export const damaged = (how: string): OperatorError =>
  new OperatorError('VOPS-BACKUP-DAMAGED', `it cannot be decrypted: ${how}`, {
    hint: 'use another backup; see viktoria-ops backup list',
  });

const CIPHER = 'chacha20-poly1305';
const TAGGED = { authTagLength: TAG_BYTES } as const;

/** Eleven bytes of number, one of whether it is the last. */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

interface Block {
  /** Valid until the next one is asked for. */
  readonly block: Buffer;
  readonly number: number;
  readonly isLast: boolean;
}

/** The input cut into blocks of this size; the last may be shorter, and is the only one that may be empty. */
async function* blocksOf(input: AsyncIterable<Buffer>, sizeBytes: number): AsyncGenerator<Block, void, void> {
  const block = Buffer.allocUnsafe(sizeBytes);
  let [used, number] = [0, 0];
  for await (const chunk of input) {
    for (let at = 0; at < chunk.length; ) {
      if (used === sizeBytes) {
        yield { block, number: number++, isLast: false };
        used = 0;
      }
      const copied = chunk.copy(block, used, at);
      [at, used] = [at + copied, used + copied];
    }
  }
  yield { block: block.subarray(0, used), number, isLast: true };
}
