/** A file, read in parts for an upload. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { OperatorError } from '../../errors.js';
import { fileError } from '../../files/index.js';
import type { Manifest } from '../manifest.js';

export interface Part {
  /** From 1. */
  readonly number: number;
  readonly data: Buffer;
  readonly md5: string;
}

/**
 * The parts of a file, one after the other; at least one. Before the last is handed out, the whole is known to be what
 * the manifest says. @throws OperatorError VOPS-BACKUP-DAMAGED when it is not; VOPS-FILE.
 */
export async function* readParts(
  path: string,
  { sizeBytes, sha256 }: Pick<Manifest['files'][number], 'sizeBytes' | 'sha256'>,
  partBytes: number,
): AsyncGenerator<Part, void, void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  try {
    const whole = createHash('sha256');
    const count = Math.max(1, Math.ceil(sizeBytes / partBytes));
    for (let number = 1; number <= count; number++) {
      const start = (number - 1) * partBytes;
      const wanted = Math.min(partBytes, sizeBytes - start);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, start);
      const data = buffer.subarray(0, bytesRead);
      whole.update(data);
      if (number === count && whole.digest('hex') !== sha256) throw damaged(path);
      yield { number, data, md5: createHash('md5').update(data).digest('hex') };
    }
  } finally {
    await file.close();
  }
}

const damaged = (path: string) =>
  new OperatorError('VOPS-BACKUP-DAMAGED', `${path} is not what its manifest says`, {
    hint: 'use another backup; viktoria-ops backup verify tells which are whole',
  });
