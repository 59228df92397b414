import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors.js';
import { fileError } from './errors.js';

/** Bytes free for us where the path is, or will be. Errors: `VOPS-FILE`. */
export async function freeSpaceAt(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && dirname(path) !== path) return freeSpaceAt(dirname(path));
    throw fileError('look at', path, error);
  }
}
