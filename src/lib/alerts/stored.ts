/** JSON files of our own: read as they were written, or put aside. */
import { rename } from 'node:fs/promises';
import type * as z from 'zod';
import { systemCode } from '../errors.js';
import { fileError, readRegularFile } from '../files/index.js';
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
