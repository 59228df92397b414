/** Encryption by age: to public keys, so that the host that makes backups need not be able to read them. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Decrypter, Encrypter } from 'age-encryption';
import { OperatorError } from '../errors.js';
import { readRegularFile } from '../files/index.js';
import { damaged, NONCE_BYTES, opened, payloadKey, sealed } from './age-stream.js';

/** Files of private keys, as `age-keygen -o` writes them. */
export interface Keys {
  readonly identities: readonly string[];
}

/** The input, encrypted for each of the public keys. @throws OperatorError VOPS-CONFIG-INVALID for what is none. */
export async function encrypt(input: Readable, recipients: readonly string[]): Promise<Readable> {
  const age = await import('age-encryption');
  const encrypter = new age.Encrypter();
  for (const recipient of recipients) addRecipient(encrypter, recipient);
  let fileKey: Uint8Array = new Uint8Array();
  const observer = {
    wrapFileKey: (key: Uint8Array) => {
      fileKey = key;
      return [];
    },
  };
  encrypter.addRecipient(observer);
  const empty = await encrypter.encrypt(new Uint8Array());
  const nonce = randomBytes(NONCE_BYTES);
  const whole = async function* () {
    yield Buffer.from(empty.subarray(0, -EMPTY_PAYLOAD_BYTES));
    yield nonce;
    yield* sealed(input, payloadKey(fileKey, nonce));
  };
  return streamOf(whole(), input);
}

/** What follows the header of nothing: its nonce, and one empty chunk. */
const EMPTY_PAYLOAD_BYTES = NONCE_BYTES + 16;

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new OperatorError(
      'VOPS-CONFIG-INVALID',
      `backup.encryption.recipients: ${recipient} is no public key of age`,
      {
        hint: 'age-keygen -y prints the public key of a file of keys',
      },
    );
  }
}

/**
 * The input, decrypted by whichever key opens it. Every 64 kB are authenticated before they are handed on, and a missing
 * end is an error.
 * @throws OperatorError VOPS-BACKUP-KEY-ABSENT without keys, or where one cannot be read; VOPS-BACKUP-KEY when none opens
 * it or one is no key; VOPS-BACKUP-DAMAGED, as does the stream where it was altered.
 */
export async function decrypt(input: Readable, { identities }: Keys): Promise<Readable> {
  try {
    const decrypter = await decrypterOf(identities);
    const chunks: AsyncIterator<Buffer> = input[Symbol.asyncIterator]();
    const { header, nonce, rest } = await readStart(chunks);
    const key = payloadKey(await unwrap(decrypter, header, identities), nonce);
    const payload = async function* () {
      yield rest;
      yield* { [Symbol.asyncIterator]: () => chunks };
    };
    return streamOf(opened(payload(), key), input);
  } catch (error) {
    input.destroy();
    throw error;
  }
}

/** The source ends with it, also when nothing was read of it yet. */
const streamOf = (content: AsyncIterable<Buffer>, source: Readable): Readable =>
  Readable.from(content, { objectMode: false }).once('close', () => source.destroy());

async function decrypterOf(identities: readonly string[]): Promise<Decrypter> {
  if (identities.length === 0) throw absent();
  const age = await import('age-encryption');
  const decrypter = new age.Decrypter();
  for (const path of identities) {
    for (const { key, line } of await readKeys(path)) {
      try {
        decrypter.addIdentity(key);
      } catch {
        throw noKey(path, line); // the library's own words hold the key
      }
    }
  }
  return decrypter;
}

const absent = () =>
  new OperatorError('VOPS-BACKUP-KEY-ABSENT', 'the backup is encrypted, and there is no key here', {
    hint: 'name the file of the private key in backup.encryption.identities, on the host that is to read it',
  });

interface Start {
  readonly header: Buffer;
  readonly nonce: Buffer;
  /** What was read beyond them. */
  readonly rest: Buffer;
}

/** A thousand recipients stay below this. */
const LARGEST_HEADER = 2 ** 20;

async function readStart(chunks: AsyncIterator<Buffer>): Promise<Start> {
  for (let held: Buffer = Buffer.alloc(0); held.length < LARGEST_HEADER; ) {
    const end = headerEnd(held);
    const after = end + NONCE_BYTES;
    if (end > 0 && held.length >= after) {
      return { header: held.subarray(0, end), nonce: held.subarray(end, after), rest: held.subarray(after) };
    }
    const { done, value } = await chunks.next();
    if (done === true) break;
    held = Buffer.concat([held, value]);
  }
  throw damaged('it does not begin as age writes it');
}

/** Its last line begins with dashes. */
function headerEnd(text: Buffer): number {
  const last = text.indexOf('\n--- ');
  return last < 0 ? 0 : text.indexOf('\n', last + 1) + 1;
}

async function unwrap(decrypter: Decrypter, header: Buffer, identities: readonly string[]): Promise<Uint8Array> {
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    if (!/no identity matched/.test(words)) throw damaged(words);
    throw new OperatorError('VOPS-BACKUP-KEY', `no key of ${identities.join(', ')} opens it`, {
      hint: 'find the key of its recipients (viktoria-ops backup list --json), and add its file to backup.encryption.identities; with the right key there, the backup is damaged',
    });
  }
}

const LARGEST_KEY_FILE = 65_536;

/** Lines that are not empty and no comments. @throws OperatorError VOPS-BACKUP-KEY-ABSENT, VOPS-BACKUP-KEY. */
async function readKeys(path: string): Promise<readonly { readonly key: string; readonly line: number }[]> {
  const text = (await readRegularFile(path, LARGEST_KEY_FILE).catch(unreadable)).toString('utf8');
  const keys = text
    .split('\n')
    .map((content, index) => ({ key: content.trim(), line: index + 1 }))
    .filter(({ key }) => key !== '' && !key.startsWith('#'));
  if (keys.length > 0) return keys;
  throw new OperatorError('VOPS-BACKUP-KEY', `${path} holds no private key of age`, {
    hint: `make one with: age-keygen -o ${path}`,
  });
}

/** A key on a stick that lies in a drawer, or that only root may read, says no more of a backup than none at all. */
function unreadable(error: unknown): never {
  if (!(error instanceof OperatorError)) throw error;
  throw new OperatorError(
    'VOPS-BACKUP-KEY-ABSENT',
    `the backup is encrypted, and its key is not here: ${error.message}`,
    {
      hint: 'put the key there, or run as the user who may read it (backup.encryption.identities)',
      cause: error,
    },
  );
}

const noKey = (path: string, line: number) =>
  new OperatorError('VOPS-BACKUP-KEY', `${path} has no private key of age in line ${line}`, {
    hint: 'it takes lines of AGE-SECRET-KEY-1…, as age-keygen writes them, and comments; keys of SSH and of plugins are not read',
  });
