/** JSON files of our own: read as they were written, or put aside. */
import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type * as z from 'zod';
import { OperatorError, systemCode } from '../errors.js';
import { fileError, readRegularFile, writeFileAtomic } from '../files/index.js';
import type { Finding } from '../status.js';

const MAX_BYTES = 50_000_000;

/** `absent`: never written. `damaged`: not what we write; the reason is one line. */
export type Read<T> =
  | { readonly type: 'whole'; readonly value: T }
  | { readonly type: 'absent' }
  | { readonly type: 'damaged'; readonly reason: string };

/** Reads and parses. Errors: `VOPS-FILE` for what kept us from reading at all. */
export async function readStored<T>(path: string, schema: z.ZodType<T>): Promise<Read<T>> {
  let text: string;
  try {
    text = (await readRegularFile(path, MAX_BYTES)).toString('utf8');
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (systemCode(cause) === 'ENOENT') return { type: 'absent' };
    throw error;
  }
  return parse(text, schema);
}

function parse<T>(text: string, schema: z.ZodType<T>): Read<T> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { type: 'damaged', reason: 'it is not whole JSON' };
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return { type: 'whole', value: parsed.data };
  const [issue] = parsed.error.issues;
  return { type: 'damaged', reason: `${issue?.path.join('.') || 'it'}: ${issue?.message}` };
}

export const isDiskFull = (error: unknown): error is OperatorError =>
  error instanceof OperatorError && error.code === 'VOPS-DISK-FULL';

/**
 * Writes JSON that was read by `readStored`: whole, or on a full disk over the old one, within the blocks that this has.
 * What is not remembered there would be told at every run, and its end never. Should the power fail in that moment, the
 * file is damaged, which its readers live with. Errors: `VOPS-FILE`, `VOPS-DISK-FULL`; the old content stays.
 */
export async function writeStored(path: string, json: string): Promise<void> {
  try {
    await writeFileAtomic(path, json);
  } catch (error) {
    if (!isDiskFull(error) || !(await overwrite(path, json).catch(() => false))) throw error;
  }
}

/** What `stat` counts blocks in. */
const BLOCK_BYTES = 512;

/** False where it does not fit. In one write, with blanks over the rest of what was there: JSON at any moment. */
async function overwrite(path: string, json: string): Promise<boolean> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const { size, blocks } = await file.stat();
    const length = Buffer.byteLength(json);
    if (length > blocks * BLOCK_BYTES) return false;
    await file.write(json + ' '.repeat(Math.max(0, size - length)), 0);
    await file.truncate(length);
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}

/** Moves a damaged file out of the way, so that it can be looked at. Errors: `VOPS-FILE`. */
export async function moveAside(path: string, now: Date): Promise<string> {
  const aside = `${path}.corrupt-${now.toISOString().replace(/[-:.]/g, '')}`;
  try {
    await rename(path, aside);
    return aside;
  } catch (error) {
    throw fileError('move', path, error);
  }
}

/** What the operator should know of a damaged file. `loss` is what is no longer known. */
export const damagedFinding = (
  path: string,
  { reason, loss }: { readonly reason: string; readonly loss: string },
): Finding => ({
  code: 'VOPS-ALERTS-STATE-DAMAGED',
  severity: 'warning',
  message: `${path} is damaged (${reason}): ${loss}`,
  hint: 'it was kept beside as .corrupt-<time>; see whether the disk is full or failing',
});
