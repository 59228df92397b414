/**
 * A lock the kernel releases: it cannot go stale, whatever kills us.
 *
 * Node has no flock(2), but flock(1) locks a descriptor it inherits, and the lock belongs to the open file, not to the
 * program that asked for it: it stays with our descriptor and ends with our process. The file's text tells people who
 * holds it and decides nothing.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { abortReason, OperatorError, systemCode } from '../errors.js';

export interface LockOptions {
  /** How long to wait for another holder, in milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly holder: { readonly command: string; readonly runId: string; readonly startedAt: string };
}

/** What `flock -E` returns for "held by another"; the same number as our own exit code for it. */
const BUSY = 75;
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Holds the lock at `path` during the callback.
 * @throws OperatorError VOPS-LOCK-BUSY naming the holder; VOPS-FILE-UNSAFE for a symlink, a directory or a foreign file;
 * VOPS-TOOL-MISSING without flock(1).
 */
export async function withLock<T>(path: string, options: LockOptions, use: () => Promise<T>): Promise<T> {
  const file = await openLockFile(path);
  try {
    const code = await lockDescriptor(file.fd, options);
    if (options.signal.aborted) throw abortReason(options.signal);
    if (code === BUSY) throw busy(path, await describeHolder(file), options.waitMs);
    if (code !== 0) throw new OperatorError('VOPS-TOOL-FAILED', `flock exited with ${code} for ${path}`);
    await describeUs(file, options);
    return await use();
  } finally {
    await file.close();
  }
}

/** For people who find the lock taken. On a full disk they learn less, and the lock holds all the same. */
async function describeUs(file: FileHandle, { holder }: LockOptions): Promise<void> {
  try {
    await file.truncate(0);
    await file.write(JSON.stringify({ pid: process.pid, ...holder }), 0);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

/** Whether somebody holds the lock now. Takes it for a blink to find out, changes nothing. */
export async function isLocked(path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (!file) return false;
  try {
    return (await lockDescriptor(file.fd, { waitMs: 0, signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })) === BUSY;
  } finally {
    await file.close();
  }
}

/** Id of the run that holds the lock now, as the file's text has it; undefined when nobody does, or it does not tell. */
export async function lockingRun(path: string): Promise<string | undefined> {
  if (!(await isLocked(path))) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8')).runId;
  } catch {
    return undefined; // on a full disk there is no text
  }
}

async function openLockFile(path: string): Promise<FileHandle> {
  try {
    // O_NONBLOCK: a FIFO put there must not hang us.
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags, 0o600);
    const stat = await file.stat();
    if (stat.isFile() && stat.uid === (process.getuid?.() ?? stat.uid)) return file;
    await file.close();
    throw unsafe(path, stat.isFile() ? 'belongs to another user' : 'is not a regular file');
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    if (systemCode(error) === 'ELOOP') throw unsafe(path, 'is a symbolic link');
    if (systemCode(error) === 'EISDIR') throw unsafe(path, 'is a directory');
    throw new OperatorError('VOPS-FILE', `cannot open the lock file ${path} (${systemCode(error)})`, {
      hint: 'check the owner and mode of the state directory',
      cause: error,
    });
  }
}

const unsafe = (path: string, what: string) =>
  new OperatorError('VOPS-FILE-UNSAFE', `the lock file ${path} ${what}`, { hint: 'remove it; it will be made anew' });

/** Exit code of flock(1) for our descriptor. */
function lockDescriptor(fd: number, { waitMs, signal }: Pick<LockOptions, 'waitMs' | 'signal'>): Promise<number> {
  const patience = waitMs > 0 ? ['-w', String(waitMs / 1000)] : ['-n'];
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-x', '-E', String(BUSY), ...patience, '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
      signal,
    });
    child.once('error', (error) => {
      if (signal.aborted) return resolve(BUSY);
      reject(systemCode(error) === 'ENOENT' ? flockMissing() : error);
    });
    child.once('close', (code) => resolve(code ?? BUSY));
  });
}

const flockMissing = () =>
  new OperatorError('VOPS-TOOL-MISSING', 'the program flock is not installed', {
    hint: 'install util-linux (Debian, Alpine), or flock from Homebrew',
  });

async function describeHolder(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  try {
    const { pid, command, startedAt } = JSON.parse(buffer.toString('utf8', 0, bytesRead));
    return `${command} (process ${pid}, since ${startedAt})`;
  } catch {
    return 'another run';
  }
}

const busy = (path: string, holder: string, waitMs: number) =>
  new OperatorError(
    'VOPS-LOCK-BUSY',
    `${holder} holds the lock ${path}${waitMs > 0 ? `, also after ${waitMs / 1000} s` : ''}`,
    {
      hint: 'wait for it to end, or wait longer with --lock-wait 30m',
    },
  );
