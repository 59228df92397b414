/** A program between two open files, such as a compressor: the bytes go past us. */
import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { abortReason, OperatorError } from '../errors.js';

export interface FilterOptions {
  /** Read from where it stands. */
  readonly input: FileHandle;
  /** Written from where it stands; without it, what the program says is `output`. */
  readonly output?: FileHandle;
  readonly signal: AbortSignal;
}

export interface Filter {
  readonly output: Readable | null;
  /** Resolves when the program has done its work, rejects when it has not. Either way it has ended by then. */
  readonly ended: Promise<void>;
}

/** As long as a dump may take: a file of terabytes is possible, a program that never ends is not. */
const TIMEOUT_MS = 4 * 3_600_000;

/**
 * Starts a program as a filter. It is killed with all it started when the signal comes.
 * `ended` rejects with: VOPS-DISK-FULL, VOPS-TOOL-FAILED; the signal's reason when aborted.
 */
export function startFilter(program: string, args: readonly string[], options: FilterOptions): Filter {
  const { input, output, signal } = options;
  if (signal.aborted) throw abortReason(signal);
  const child = spawn(program, [...args], {
    stdio: [input.fd, output?.fd ?? 'pipe', 'pipe'],
    env: { LC_ALL: 'C' }, // its words are matched below
    detached: true,
  });
  const kill = () => killGroup(child.pid);
  const timer = setTimeout(kill, TIMEOUT_MS);
  signal.addEventListener('abort', kill, { once: true });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-500);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(toolError(`${program} did not start: ${error.message}`)));
    child.once('close', (code, killedBy) => {
      if (signal.aborted) reject(abortReason(signal));
      else if (code === 0) resolve();
      else reject(failure(program, code ?? killedBy ?? 'nothing', said.trim()));
    });
  }).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  });
  return { output: child.stdout, ended };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** The operating system's own words for ENOSPC, EDQUOT and EFBIG. */
const FULL = /No space left on device|Disk quota exceeded|File too large/;

function failure(program: string, how: number | string, said: string): OperatorError {
  const full = how === 'SIGXFSZ' ? 'File too large' : FULL.exec(said)?.[0];
  if (full === undefined) return toolError(`${program} ended with ${how}${said && `: ${said}`}`);
  return new OperatorError('VOPS-DISK-FULL', `${program} could not write: ${full}`, {
    hint: 'see what is full with: df -h && df -i && ulimit -f, then free some space; nothing was left half-written',
  });
}

const toolError = (message: string) => new OperatorError('VOPS-TOOL-FAILED', message);
