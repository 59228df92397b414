/** Tells the writer to open its log anew. */
import { readFile, stat } from 'node:fs/promises';
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import { OperatorError, systemCode } from '../errors.js';
import { readRegularFile } from '../files/index.js';
import type { Writers } from './writers.js';

export type Reopen = NonNullable<Config['logs']['reopen']>;

const COMMAND_TIMEOUT_MS = 30_000;
/** A process id and a newline, with room to spare. */
const MAX_PID_FILE_BYTES = 64;

/**
 * Runs the command, or sends the signal to the process of the PID file. Only a process that has one of the files open,
 * or started one that has, gets a signal: a stale PID file may name anybody, and SIGHUP ends most programs.
 * Errors: `VOPS-FILE`, `VOPS-FILE-UNSAFE`, `VOPS-TOOL-…`.
 */
export async function tellWriter({ exec }: Pick<Context, 'exec'>, reopen: Reopen, writers: Writers): Promise<void> {
  if ('command' in reopen) {
    const [program = '', ...args] = reopen.command;
    await exec(program, args, { timeoutMs: COMMAND_TIMEOUT_MS });
    return;
  }
  const pids = [...writers.pids.values()].flat();
  if (pids.length === 0 && writers.isComplete) return; // nobody has the old file open: nobody to tell
  const pid = await readPidFile(reopen.pidFile);
  if (pids.length > 0 && !(await isWriterOrParent(pid, pids))) throw stranger(reopen.pidFile, pid, pids);
  send(pid, reopen);
}

async function readPidFile(path: string): Promise<number> {
  const text = (await readRegularFile(path, MAX_PID_FILE_BYTES)).toString('latin1').trim();
  const pid = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (pid <= 1) throw new OperatorError('VOPS-FILE', `${path} holds no process id`, { hint: `see: cat ${path}` });
  await refuseForeign(path, pid);
  return pid;
}

/** As root we could signal anything, so whoever wrote the PID file may name only processes of his own. */
async function refuseForeign(path: string, pid: number): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const [file, target] = await Promise.all([stat(path), stat(`/proc/${pid}`).catch(() => undefined)]);
  if (!target) throw gone(path, pid);
  const canBeWrittenByOthers = (file.mode & 0o022) !== 0;
  if (canBeWrittenByOthers || (file.uid !== 0 && file.uid !== target.uid)) {
    throw new OperatorError(
      'VOPS-FILE-UNSAFE',
      `${path} (owner ${file.uid}) cannot be trusted to name process ${pid} (owner ${target.uid})`,
      { hint: `chmod go-w ${path}, and let the process itself or root write it` },
    );
  }
}

async function isWriterOrParent(pid: number, writers: readonly number[]): Promise<boolean> {
  for (const writer of writers) {
    for (let current = writer; current > 1; current = await parentOf(current)) if (current === pid) return true;
  }
  return false;
}

/** The second field after the name in parentheses, which may hold anything, see proc(5). */
async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function send(pid: number, { signal, pidFile }: Extract<Reopen, { pidFile: string }>): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') throw gone(pidFile, pid);
    throw new OperatorError('VOPS-FILE', `process ${pid} of ${pidFile} does not take our ${signal}`, {
      hint: 'run as the user of that process',
      cause: error,
    });
  }
}

const gone = (path: string, pid: number) =>
  new OperatorError('VOPS-FILE', `there is no process ${pid}, which ${path} names`, {
    hint: 'is the backend running, and does it write this PID file?',
  });

const stranger = (path: string, pid: number, pids: readonly number[]) =>
  new OperatorError('VOPS-FILE', `process ${pid} of ${path} does not write the log: ${pids.join(', ')} does`, {
    hint: `see: ps -fp ${[pid, ...pids].join(',')}, and correct logs.reopen.pidFile`,
  });
