/** How far an upload has come, so that the next run goes on where a killed one stopped. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { OperatorError } from '../../errors.js';
import { appendLines, ensurePrivateDirectory, fileError, readRegularFile } from '../../files/index.js';

const Begun = z.strictObject({
  /** Which bucket it is in. */
  store: z.string(),
  key: z.string(),
  uploadId: z.string(),
  /** Of the file. */
  sha256: z.string(),
});
const Sent = z.strictObject({ number: z.number(), md5: z.string(), etag: z.string() });

/** A part that the server has: its number, from 1, the md5 of its content, and its name there. */
export type SentPart = z.output<typeof Sent>;

export interface Journal extends z.output<typeof Begun> {
  readonly parts: readonly SentPart[];
}

/** Of ten thousand parts it has a megabyte. */
const LARGEST_JOURNAL = 5_000_000;

/** The folder of the journals, made on first use. @throws OperatorError VOPS-FILE, VOPS-FILE-UNSAFE. */
export async function journalFolder(state: string): Promise<string> {
  const folder = join(state, 'uploads');
  await ensurePrivateDirectory(folder);
  return folder;
}

/** Undefined when there is none, or none that can be read: the upload then begins anew. */
export async function readJournal(path: string): Promise<Journal | undefined> {
  const text = await readRegularFile(path, LARGEST_JOURNAL).catch((error: unknown) => {
    if (error instanceof OperatorError) return undefined;
    throw error;
  });
  const [first, ...rest] = (text?.toString('utf8') ?? '').split('\n').map(parsed);
  const begun = Begun.safeParse(first);
  if (!begun.success) return undefined;
  return { ...begun.data, parts: rest.flatMap((line) => Sent.safeParse(line).data ?? []) };
}

/** What is no line of ours was cut short by a crash. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Begins a journal, in place of any other. Errors, here and below: `VOPS-FILE`, `VOPS-DISK-FULL`. */
export async function beginJournal(path: string, { store, key, uploadId, sha256 }: Journal): Promise<void> {
  await removeJournal(path);
  await appendLines(path, [{ store, key, uploadId, sha256 }]);
}

/** Adds a part that the server has confirmed. */
export const recordPart = (path: string, part: SentPart): Promise<void> => appendLines(path, [part]);

export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw fileError('remove', path, error);
  });
}
