/** Files that nobody else can open, and that are gone with the process, however it ends. */
import { randomBytes } from 'node:crypto';
import { access, constants, type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from './errors.js';

const SHARED_MEMORY = '/dev/shm';

/** Whether nameless files are kept in memory, never on a disk, and can be opened anew by `/dev/fd/N`: so on Linux. */
export async function inMemory(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return access(SHARED_MEMORY, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Lends a file with this content, to be handed to a program by its descriptor. Errors: `VOPS-DISK-FULL`, `VOPS-FILE`. */
export async function withNamelessFile<T>(content: string | Buffer, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const directory = (await inMemory()) ? SHARED_MEMORY : tmpdir();
  const file = await create(directory, content);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function create(directory: string, content: string | Buffer): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await openNameless(directory);
    await writeAll(file, Buffer.from(content));
    return file;
  } catch (error) {
    await file?.close();
    throw fileError('write to', directory, error);
  }
}

/** At a place, so that whoever inherits the descriptor begins to read at the beginning. A full disk takes but a part. */
async function writeAll(file: FileHandle, content: Buffer): Promise<void> {
  for (let done = 0; done < content.length; ) {
    done += (await file.write(content, done, content.length - done, done)).bytesWritten;
  }
}

/** Linux' O_TMPFILE, of which Node.js has no constant: a file that never had a name, so not even a kill leaves one. */
const NEVER_NAMED = constants.O_RDWR | constants.O_DIRECTORY | 0o20000000;

async function openNameless(directory: string): Promise<FileHandle> {
  if (process.platform === 'linux') {
    const file = await open(directory, NEVER_NAMED, 0o600).catch(() => undefined); // not every file system has them
    if (file !== undefined) return file;
  }
  const path = join(directory, `viktoria-ops-${randomBytes(8).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path, { force: true });
  return file;
}
