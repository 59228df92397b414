/** Runs a program that may leave others running: those are not waited for, though they hold its output open. */
import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { Context } from '../context.js';
import { abortReason, OperatorError, systemCode } from '../errors.js';
import { passedOn } from './execute.js';

export interface Launch {
  /** Absolute path of the program, then its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** Takes both streams. */
  readonly output: FileHandle;
  readonly timeoutMs: number;
}

const KILL_AFTER_MS = 5_000;
/** Where what runs processes and containers is to be found. Without the first, pm2 starts another daemon, which knows none. */
const PLACES = ['PM2_HOME', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'] as const;

/**
 * Resolves when the program itself has ended well. On abort or timeout its process group is ended; should this process
 * be killed, the program goes on. No shell; of our environment only harmless variables, and where managers are found.
 * @throws OperatorError VOPS-TOOL-MISSING, VOPS-TOOL-FAILED; the signal's reason when aborted.
 */
export async function launch({ env, signal }: Pick<Context, 'env' | 'signal'>, options: Launch): Promise<void> {
  if (signal.aborted) throw abortReason(signal);
  const { argv, output, timeoutMs } = options;
  const [file, ...args] = argv;
  const child = spawn(file, args, {
    stdio: ['ignore', output.fd, output.fd],
    env: passedOn(env, PLACES),
    detached: true,
    cwd: '/',
  });
  const timeout = AbortSignal.timeout(timeoutMs);
  const limit = AbortSignal.any([signal, timeout]);
  const end = (name: NodeJS.Signals) => endGroup(child.pid, name);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    end('SIGTERM');
    timer = setTimeout(() => end('SIGKILL'), KILL_AFTER_MS);
  };
  limit.addEventListener('abort', stop, { once: true });
  try {
    const ended = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, name) => resolve({ code, signal: name }));
    });
    if (signal.aborted) throw abortReason(signal);
    if (timeout.aborted) throw failed(`${file} did not end within ${timeoutMs / 1000} s`);
    if (ended.code !== 0)
      throw failed(`${file} ${ended.code === null ? `was ended by ${ended.signal}` : `exited with ${ended.code}`}`);
  } catch (error) {
    if (error instanceof OperatorError || systemCode(error) === undefined) throw error;
    throw new OperatorError('VOPS-TOOL-MISSING', `cannot run ${file} (${systemCode(error)})`, { cause: error });
  } finally {
    clearTimeout(timer);
    limit.removeEventListener('abort', stop);
  }
}

const failed = (message: string) => new OperatorError('VOPS-TOOL-FAILED', message);

function endGroup(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // the group is gone already
  }
}
