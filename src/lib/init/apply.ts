/** Writes what `init` planned. */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError, writeFileAtomic } from '../files/index.js';
import type { Outcome } from '../status.js';
import type { InitFlags, InitResult } from './plan.js';

/** Each file whole or not at all, what it replaces beside it as `.bak`. Errors: `VOPS-FILE`, `VOPS-DISK-FULL`. */
export async function applyInit(
  _context: unknown,
  planned: Outcome<InitResult>,
  { diff }: InitFlags,
): Promise<Outcome<InitResult>> {
  const { directory, files } = planned.result;
  if (directory === null || diff) return planned;
  for (const { path, action, mode, text } of files) {
    if (action !== 'create' && action !== 'change') continue;
    const target = join(directory, path);
    await prepare(target, action);
    await writeFileAtomic(target, text, { mode: Number.parseInt(mode, 8) });
  }
  return { ...planned, result: { ...planned.result, isWritten: true } };
}

async function prepare(target: string, action: 'create' | 'change'): Promise<void> {
  try {
    await mkdir(dirname(target), { recursive: true });
    if (action === 'change') await copyFile(target, `${target}.bak`);
  } catch (error) {
    throw fileError('write', target, error);
  }
}
