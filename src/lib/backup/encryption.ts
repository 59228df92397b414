/** Encryption by age: to public keys, so that the host that makes backups need not be able to read them. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { OperatorError } from '../errors.js';
import { readRegularFile } from '../files/index.js';

/** Files of private keys, as `age-keygen -o` writes them. */
export interface Keys {
  readonly identities: readonly string[];
}

/** The input, encrypted for each of the public keys. */
export async function encrypt(input: Readable, recipients: readonly string[]): Promise<Readable> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return fromWeb(await encrypter.encrypt(toWeb(input)));
}

/**
 * The input, decrypted by whichever key opens it. Every 64 kB are authenticated before they are handed on, and a missing
 * end is an error.
 * @throws OperatorError VOPS-BACKUP-KEY-ABSENT without keys, VOPS-BACKUP-KEY when none opens it; the stream then fails
 * with VOPS-BACKUP-DAMAGED where it was altered.
 */
export async function decrypt(input: Readable, { identities }: Keys): Promise<Readable> {
  if (identities.length === 0) throw absent;
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const key of (await Promise.all(identities.map(readKeys))).flat()) decrypter.addIdentity(key);
  try {
    return fromWeb(await decrypter.decrypt(toWeb(input)));
  } catch (error) {
    input.destroy();
    throw refusal(error, identities);
  }
}

const absent = new OperatorError('VOPS-BACKUP-KEY-ABSENT', 'the backup is encrypted, and there is no key here', {
  hint: 'name the file of the private key in backup.encryption.identities, on the host that is to read it',
});

function refusal(error: unknown, identities: readonly string[]): OperatorError {
  const words = error instanceof Error ? error.message : String(error);
  if (!/no identity matched/.test(words)) return damaged(words);
  return new OperatorError('VOPS-BACKUP-KEY', `no key of ${identities.join(', ')} opens it`, {
    hint: 'find the key of its recipients (viktoria-ops backup list --json), and add its file to backup.encryption.identities',
  });
}

const damaged = (words: string) =>
  new OperatorError('VOPS-BACKUP-DAMAGED', `it cannot be decrypted: ${words}`, {
    hint: 'use another backup; see viktoria-ops backup list',
  });

/** As Node's own adapters, which lose the type of the chunks. */
const toWeb = (input: Readable) => Readable.toWeb(input) as globalThis.ReadableStream<Uint8Array>;

async function* chunksOf(stream: ReadableStream<Uint8Array>) {
  try {
    yield* stream;
  } catch (error) {
    throw error instanceof OperatorError ? error : damaged(error instanceof Error ? error.message : String(error));
  }
}

const fromWeb = (stream: globalThis.ReadableStream<Uint8Array>) =>
  Readable.from(chunksOf(stream as ReadableStream<Uint8Array>), { objectMode: false });

const LARGEST_KEY_FILE = 65_536;

/** The lines of the file that are keys; the rest of it is comments. @throws OperatorError VOPS-FILE, VOPS-BACKUP-KEY. */
async function readKeys(path: string): Promise<readonly string[]> {
  const text = (await readRegularFile(path, LARGEST_KEY_FILE)).toString('utf8');
  const keys = text.split(/\r?\n/).filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (keys.length > 0) return keys;
  throw new OperatorError('VOPS-BACKUP-KEY', `${path} holds no private key of age`, {
    hint: `make one with: age-keygen -o ${path}`,
  });
}
