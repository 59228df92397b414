/** The only importer of execa. */
import type { Context } from '../context.js';
import { abortReason, OperatorError } from '../errors.js';

interface ExecuteOptions {
  /** Default: one minute. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Exit codes that are an answer rather than a failure. Default: 0. */
  readonly okExitCodes?: readonly number[];
}

/**
 * Runs a program to its end and returns what it printed. No shell; only harmless variables of our environment are
 * passed on; the program gets a process group of its own, which is ended as a whole on abort or timeout.
 * @throws OperatorError VOPS-TOOL-MISSING, VOPS-TOOL-FAILED; the signal's reason when aborted.
 */
export type Execute = (
  file: string,
  args: readonly string[],
  options?: ExecuteOptions,
) => Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }>;

const DEFAULT_TIMEOUT_MS = 60_000;
const KILL_AFTER_MS = 5_000;
const MAX_OUTPUT_CHARACTERS = 10_000_000;
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

export function createExecute({ env, signal }: Pick<Context, 'env' | 'signal'>): Execute {
  return async (file, args, options = {}) => {
    if (signal.aborted) throw abortReason(signal);
    const { execa } = await import('execa');
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const child = execa(file, [...args], {
      env: { ...passedOn(env), ...options.env },
      extendEnv: false,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdin: 'ignore',
      reject: false,
      detached: true,
      cleanup: true,
      maxBuffer: MAX_OUTPUT_CHARACTERS,
    });
    // Held here: on Node 20 one that only `any` refers to may be collected, and then never fires.
    const timeout = AbortSignal.timeout(timeoutMs);
    const limit = AbortSignal.any([signal, timeout]);
    const release = endGroupOnAbort(child.pid, limit);
    const result = await child.finally(release);
    if (signal.aborted) throw abortReason(signal);
    if (timeout.aborted)
      throw new OperatorError('VOPS-TOOL-FAILED', `${file} did not end within ${timeoutMs / 1000} s`);
    if (result.code === 'ENOENT') throw missing(file);
    if (result.exitCode === undefined || !(options.okExitCodes ?? [0]).includes(result.exitCode)) {
      throw new OperatorError('VOPS-TOOL-FAILED', failureText(file, result));
    }
    return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
  };
}

/** Only harmless variables of our environment, and these others. */
export function passedOn(env: Context['env'], others: readonly string[] = []): Record<string, string> {
  const names = [...PASSED_ON, ...others];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** TERM to the whole group, KILL after a grace: a grandchild may outlive the program we started. */
function endGroupOnAbort(pid: number | undefined, signal: AbortSignal): () => void {
  if (pid === undefined) return () => {};
  const send = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch {
      // the group is gone already
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    send('SIGTERM');
    timer = setTimeout(() => send('SIGKILL'), KILL_AFTER_MS);
  };
  signal.addEventListener('abort', end, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    if (signal.aborted) send('SIGKILL');
  };
}

const missing = (file: string) =>
  new OperatorError('VOPS-TOOL-MISSING', `the program ${file} is not installed, or not in PATH`, {
    hint: 'install it, or set PATH (cron passes a short one); "viktoria-ops doctor" lists what is needed',
  });

function failureText(file: string, result: { exitCode?: number; signal?: string; stderr: string }): string {
  const how =
    result.exitCode === undefined ? `was ended by ${result.signal ?? 'a signal'}` : `exited with ${result.exitCode}`;
  const said = result.stderr.trim().slice(-500);
  return `${file} ${how}${said ? `: ${said}` : ''}`;
}
