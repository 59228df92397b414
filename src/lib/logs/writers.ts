/** Which processes have a file open for writing, by the descriptors that /proc shows. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { abortReason, systemCode } from '../errors.js';

/** A file by its identity; the name is what the kernel shows for it at present. */
export interface TrackedFile {
  readonly name: string;
  readonly dev: number;
  readonly ino: number;
  readonly uid: number;
}

export interface Writers {
  /** Process ids by file name; a file that is not named has no writer we can see. */
  readonly pids: ReadonlyMap<string, readonly number[]>;
  /** False when a process that could be a writer did not let us look. */
  readonly isComplete: boolean;
  /** False inside a container: a writer outside of it, on a volume of both, is no process we could look at. */
  readonly seesHost: boolean;
}

export interface Patience {
  readonly waitMs: number;
  readonly elapsed: () => number;
  readonly signal: AbortSignal;
}

const POLL_MS = 50;

/** Waits until nobody writes to the files, at most so long, and returns who does at the end. */
export async function awaitWriters(files: readonly TrackedFile[], patience: Patience): Promise<Writers> {
  const end = patience.elapsed() + patience.waitMs;
  for (;;) {
    const writers = await findWriters(files);
    if (writers.pids.size === 0 || patience.elapsed() >= end) return writers;
    await setTimeout(POLL_MS, undefined, { signal: patience.signal }).catch(() => undefined);
    if (patience.signal.aborted) throw abortReason(patience.signal);
  }
}

export async function findWriters(files: readonly TrackedFile[]): Promise<Writers> {
  const names = await readdir('/proc').catch(() => []);
  const processes = names.filter((name) => /^\d+$/.test(name));
  const pids = new Map<string, number[]>();
  let isComplete = processes.includes('1'); // else other users' processes are hidden, or there is no /proc
  for (const pid of files.length === 0 ? [] : processes) {
    const written = await filesWrittenBy(pid, files);
    if (written === 'hidden') isComplete = false;
    else for (const { name } of written) pids.set(name, [...(pids.get(name) ?? []), Number(pid)]);
  }
  return { pids, isComplete, seesHost: await isOnHost() };
}

/** Number of the host's own PID namespace: PROC_PID_INIT_INO of Linux. */
const HOST = 'pid:[4026531836]';

/** A kernel without namespaces has no such link. */
const isOnHost = (): Promise<boolean> =>
  readlink('/proc/self/ns/pid').then(
    (namespace) => namespace === HOST,
    () => true,
  );

async function filesWrittenBy(pid: string, files: readonly TrackedFile[]): Promise<readonly TrackedFile[] | 'hidden'> {
  try {
    const descriptors = await readdir(`/proc/${pid}/fd`);
    const found = await Promise.all(descriptors.map((descriptor) => fileWrittenBy(pid, descriptor, files)));
    return [...new Set(found.filter((file) => file !== undefined))];
  } catch (error) {
    if (GONE.includes(systemCode(error) ?? '')) return [];
    return (await couldWrite(pid, files)) ? 'hidden' : [];
  }
}

const GONE: readonly string[] = ['ENOENT', 'ESRCH'];

async function fileWrittenBy(
  pid: string,
  descriptor: string,
  files: readonly TrackedFile[],
): Promise<TrackedFile | undefined> {
  const path = `/proc/${pid}/fd/${descriptor}`;
  try {
    // The name first: stat of a file on a dead network mount would wait for ever.
    const name = basename(await readlink(path));
    const named = files.filter((file) => file.name === name);
    if (named.length === 0) return undefined;
    const { dev, ino } = await stat(path);
    const file = named.find((candidate) => candidate.dev === dev && candidate.ino === ino);
    return file && (await isOpenForWriting(pid, descriptor)) ? file : undefined;
  } catch {
    return undefined; // closed meanwhile
  }
}

/** The low two bits of open(2)'s flags are 0 for reading only. */
async function isOpenForWriting(pid: string, descriptor: string): Promise<boolean> {
  const flags = /^flags:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '1';
  return (Number.parseInt(flags, 8) & 0o3) !== 0;
}

/** Only root and the owner of a file; not threads of the kernel and the dead, which have no command line. */
async function couldWrite(pid: string, files: readonly TrackedFile[]): Promise<boolean> {
  try {
    const { uid } = await stat(`/proc/${pid}`);
    if (uid !== 0 && files.every((file) => file.uid !== uid)) return false;
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')) !== '';
  } catch {
    return false; // gone
  }
}
