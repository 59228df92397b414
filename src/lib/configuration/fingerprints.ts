/**
 * Fingerprints of values that are not kept: they tell that a secret is another than it was, and nothing else. The key
 * stays in the state directory, away from the backups, so that nobody finds short values by trying.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { readRegularFile, writeFileAtomic } from '../files/index.js';

export const FINGERPRINTS_FILE = 'fingerprints.json';

/** As it is in a snapshot. */
export const Fingerprints = z.object({
  schemaVersion: z.literal(1),
  /** Fingerprints made with another key cannot be compared. */
  keyId: z.string(),
  /** File in the snapshot → key → fingerprint. */
  values: z.record(z.string(), z.record(z.string(), z.string())),
});
export type Fingerprints = z.output<typeof Fingerprints>;

type Key = Buffer;
const KEY_FILE = 'fingerprint.key';
const KEY_BYTES = 32;
/** 48 bits: two values of a handful never share one. */
const LETTERS = 12;

/** The key of this installation; one for this run only where there is none yet. Writes nothing. */
export function readKey({ config }: Pick<Context, 'config'>): Promise<Key> {
  const key = keys.get(config) ?? readOrMake(config);
  keys.set(config, key);
  return key;
}

const keys = new WeakMap<Context['config'], Promise<Key>>();

async function readOrMake(config: Context['config']): Promise<Key> {
  const path = join((await config()).stateDirectory, KEY_FILE);
  return readRegularFile(path, KEY_BYTES).catch(() => randomBytes(KEY_BYTES));
}

/** The same, and kept from now on. Errors: `VOPS-FILE…`. */
export async function keepKey(context: Pick<Context, 'config' | 'state'>): Promise<Key> {
  const path = join(await context.state(), KEY_FILE);
  const key = await readKey(context);
  if ((await stat(path).catch(() => undefined)) === undefined) await writeFileAtomic(path, key);
  return key;
}

export function fingerprintOf(value: string, key: Key): string {
  return createHmac('sha256', key).update(value).digest('hex').slice(0, LETTERS);
}

/** @param secrets file → key → value */
export function fingerprintsOf(
  secrets: Iterable<readonly [file: string, values: ReadonlyMap<string, string>]>,
  key: Key,
): Fingerprints {
  const values = [...secrets].map(([file, held]) => {
    const entries = [...held].map(([name, value]) => [name, fingerprintOf(value, key)] as const);
    return [file, Object.fromEntries(entries)] as const;
  });
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, LETTERS);
  return { schemaVersion: 1, keyId, values: Object.fromEntries(values) };
}
