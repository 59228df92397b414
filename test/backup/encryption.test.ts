import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { decrypt, encrypt } from '../../src/lib/backup/encryption.js';
import { findProgram } from '../../src/lib/process/find-program.js';
import { run, temporaryDirectory } from '../support/run.js';

const directory = temporaryDirectory();
const CHUNK = 65_536;
/** Payload chunks with their tags. */
const SEALED = CHUNK + 16;

interface Key {
  readonly secret: string;
  readonly recipient: string;
  readonly file: string;
}

async function newKey(name: string): Promise<Key> {
  const secret = await generateX25519Identity();
  const file = keyFile(name, `# created: today\n# public key: …\n${secret}\n`);
  return { secret, recipient: await identityToRecipient(secret), file };
}

function keyFile(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

const [old, current, other] = [
  await newKey('old.txt'),
  await newKey('current.txt'),
  await newKey('other.txt'),
] as const;

/** In pieces of this size, as a disk or a network gives them. */
const streamOf = (data: Buffer, pieceBytes = 50_000) => {
  const pieces = Array.from({ length: Math.ceil(data.length / pieceBytes) }, (_, index) =>
    data.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  return Readable.from(pieces, { objectMode: false });
};

const sealed = async (data: Buffer, recipients = [current.recipient]) =>
  buffer(await encrypt(streamOf(data), recipients));
const opened = async (data: Buffer, identities = [current.file], pieceBytes?: number) =>
  buffer(await decrypt(streamOf(data, pieceBytes), { identities }));

test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 7])('%i bytes there and back', async (size) => {
  const data = randomBytes(size);
  const secret = await sealed(data);
  expect(secret.length).toBeGreaterThan(size);
  expect((await opened(secret)).equals(data)).toBe(true);
});

test('however the stream is cut into pieces', async () => {
  const data = randomBytes(CHUNK + 5_000);
  const secret = await sealed(data);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 97, max: 80_000 }), async (pieceBytes) => {
      expect((await opened(secret, [current.file], pieceBytes)).equals(data)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

describe('what others write we read, and the other way round', () => {
  const sizes = [0, 1, CHUNK, 3 * CHUNK + 100];

  test.each(sizes)('the library, %i bytes', async (size) => {
    const data = randomBytes(size);
    const encrypter = new Encrypter();
    encrypter.addRecipient(current.recipient);
    expect((await opened(Buffer.from(await encrypter.encrypt(data)))).equals(data)).toBe(true);
    const decrypter = new Decrypter();
    decrypter.addIdentity(current.secret);
    expect(Buffer.from(await decrypter.decrypt(await sealed(data))).equals(data)).toBe(true);
  });

  test.each(sizes)('the program age, %i bytes', async (size) => {
    const age = await findProgram('age', process.env.PATH);
    if (age === undefined) return expect(process.env.CI).toBeUndefined();
    const call = (args: readonly string[], input: Buffer) => {
      const { stdout, status } = spawnSync(age, args, { input, maxBuffer: 10_000_000 });
      expect(status).toBe(0);
      return stdout;
    };
    const data = randomBytes(size);
    const recipients = [old, current].flatMap(({ recipient }) => ['-r', recipient]);
    expect((await opened(call(recipients, data))).equals(data)).toBe(true);
    const secret = await sealed(data, [old.recipient, current.recipient]);
    for (const { file } of [old, current]) expect(call(['-d', '-i', file], secret).equals(data)).toBe(true);
  });
});

describe('keys', () => {
  const data = Buffer.from('content');

  test('rotation: old backups are read by the old key, new ones by either', async () => {
    const [before, during, after] = [
      await sealed(data, [old.recipient]),
      await sealed(data, [old.recipient, current.recipient]),
      await sealed(data, [current.recipient]),
    ];
    for (const secret of [before, during, after]) {
      expect((await opened(secret, [current.file, old.file])).equals(data)).toBe(true);
    }
    expect((await opened(during, [old.file])).equals(data)).toBe(true);
    await expect(opened(before, [current.file])).rejects.toMatchObject({ code: 'VOPS-BACKUP-KEY' });
  });

  test('one file may hold several, comments, empty lines and the line ends of Windows', async () => {
    const both = keyFile('both.txt', `# old\r\n${old.secret}\r\n\r\n  # new\r\n${current.secret}`);
    for (const { recipient } of [old, current]) {
      expect((await opened(await sealed(data, [recipient]), [both])).equals(data)).toBe(true);
    }
  });

  test('the wrong key and no key are told apart', async () => {
    const secret = await sealed(data);
    await expect(opened(secret, [other.file, old.file])).rejects.toMatchObject({ code: 'VOPS-BACKUP-KEY' });
    await expect(opened(secret, [])).rejects.toMatchObject({ code: 'VOPS-BACKUP-KEY-ABSENT' });
    await expect(opened(secret, ['/nonexistent/key'])).rejects.toMatchObject({
      code: 'VOPS-BACKUP-KEY-ABSENT',
    });
    await expect(opened(secret, [keyFile('empty.txt', '# nothing\n')])).rejects.toMatchObject({
      code: 'VOPS-BACKUP-KEY',
    });
  });

  test('a key with a slip of the pen is named by its line, and not shown', async () => {
    const slips = [
      current.secret.replace(/.$/, 'B'),
      current.secret.slice(0, -1),
      'AGE-PLUGIN-X-1QQQ',
      'ssh-ed25519 AAAA',
    ];
    for (const slip of slips) {
      const file = keyFile('slip.txt', `# mine\n${old.secret}\n${slip}\n`);
      const failure: unknown = await opened(await sealed(data), [file]).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'VOPS-BACKUP-KEY',
        message: `${file} has no private key of age in line 3`,
      });
      expect(`${JSON.stringify(failure)} ${(failure as Error).stack}`).not.toContain(slip.slice(-12));
      expect((failure as Error).cause).toBeUndefined();
    }
  });

  test('a recipient that is none is a fault of the configuration', async () => {
    for (const recipient of [`${current.recipient}x`, 'age1', 'age1yubikey1qqq']) {
      await expect(sealed(data, [recipient])).rejects.toMatchObject({ code: 'VOPS-CONFIG-INVALID' });
    }
  });

  test('a file of keys that others can read is warned of, and refused when strict', async () => {
    const recipients = [current.recipient];
    const configuration = (security: object) =>
      keyFile(
        'config.json',
        JSON.stringify({ security, backup: { encryption: { recipients, identities: ['old.txt'] } } }),
      );
    const validate = async (security: object) => run(['config', 'validate', '--config', configuration(security)]);
    expect((await validate({})).stderr).not.toContain('old.txt');
    chmodSync(old.file, 0o640);
    try {
      expect((await validate({})).stderr).toMatch(/old\.txt \(mode 640\) holds a private key.*chmod 600/);
      expect(await validate({ strict: true })).toMatchObject({ code: 2 });
    } finally {
      chmodSync(old.file, 0o600);
    }
    expect(readFileSync(old.file, 'utf8')).toContain(old.secret);
  });
});

/** What a reader gets before it learns of the damage. */
async function readUntilFailure(data: Buffer): Promise<{ read: Buffer; code: unknown }> {
  const read: Buffer[] = [];
  try {
    for await (const chunk of await decrypt(streamOf(data), { identities: [current.file] })) read.push(chunk);
  } catch (error) {
    return { read: Buffer.concat(read), code: error instanceof Error && 'code' in error ? error.code : error };
  }
  return { read: Buffer.concat(read), code: undefined };
}

describe('damage is never silent', () => {
  const data = randomBytes(3 * CHUNK + 1_000);
  let secret: Buffer;
  let start: number;
  beforeAll(async () => {
    secret = await sealed(data);
    start = secret.length - (data.length + 4 * 16);
  });

  test('cut at every boundary of a chunk, beside it, and in the header', async () => {
    const boundaries = [0, 1, 2, 3].flatMap((chunk) => [-1, 0, 1, 16, 17].map((by) => start + chunk * SEALED + by));
    const cuts = [...boundaries, 0, 1, 22, start - 20, secret.length - 1, secret.length - 16].filter((at) => at >= 0);
    for (const cut of cuts) {
      const { read, code } = await readUntilFailure(secret.subarray(0, cut));
      expect([cut, code]).toEqual([cut, 'VOPS-BACKUP-DAMAGED']);
      expect(data.subarray(0, read.length).equals(read)).toBe(true);
    }
  });

  test('one bit flipped, at a hundred places', async () => {
    const places = Array.from({ length: 100 }, (_, index) =>
      index < 40 ? Math.floor(Math.random() * start) : Math.floor(Math.random() * secret.length),
    );
    for (const place of places) {
      const flipped = Buffer.from(secret);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << (place % 8));
      const { read, code } = await readUntilFailure(flipped);
      // In the lines of its recipients it looks like another's.
      expect([place, ['VOPS-BACKUP-DAMAGED', 'VOPS-BACKUP-KEY'].includes(String(code))]).toEqual([place, true]);
      if (place >= start) expect(code).toBe('VOPS-BACKUP-DAMAGED');
      expect(data.subarray(0, read.length).equals(read)).toBe(true);
    }
  });

  test('chunks left out, doubled, exchanged, appended', async () => {
    const [head, one, two, rest] = [
      secret.subarray(0, start),
      secret.subarray(start, start + SEALED),
      secret.subarray(start + SEALED, start + 2 * SEALED),
      secret.subarray(start + 2 * SEALED),
    ];
    const arrangements = [
      [head, two, rest],
      [head, one, one, two, rest],
      [head, two, one, rest],
      [head, one, two, rest, rest.subarray(-1_016)],
      [head, one, two, rest, Buffer.alloc(1)],
      [head, one, two, rest, Buffer.alloc(SEALED)],
    ];
    for (const pieces of arrangements) {
      expect((await readUntilFailure(Buffer.concat(pieces))).code).toBe('VOPS-BACKUP-DAMAGED');
    }
  });

  test('what was never encrypted', async () => {
    for (const text of ['', 'PGDMP', randomBytes(2_000_000).toString('base64')]) {
      expect((await readUntilFailure(Buffer.from(text))).code).toBe('VOPS-BACKUP-DAMAGED');
    }
  });
});

test('a source that fails ends the stream with its own error, and is closed when nobody reads on', async () => {
  const failing = () =>
    Readable.from(
      (async function* () {
        yield randomBytes(100_000);
        throw new Error('the disk is gone');
      })(),
      { objectMode: false },
    );
  await expect(buffer(await encrypt(failing(), [current.recipient]))).rejects.toThrow('the disk is gone');
  for (const start of [
    async (input: Readable) => encrypt(input, [current.recipient]),
    async (input: Readable) => decrypt(input, { identities: [current.file] }),
  ]) {
    const input = streamOf(await sealed(randomBytes(500_000)));
    const output = await start(input);
    output.destroy();
    await new Promise((resolve) => input.once('close', resolve));
    expect(input.destroyed).toBe(true);
  }
});
