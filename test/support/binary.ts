import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { packageRoot } from '../../src/lib/package.js';

export const program = join(packageRoot(), 'bin', 'viktoria-ops.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

// A test that fails in the middle does not end what it has started.
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts what operators run, in an environment as bare as cron's. */
export function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const bare = { HOME: '/nonexistent', LOGNAME: 'root', SHELL: '/bin/sh', PATH: '/usr/bin:/bin', ...env };
  const child = spawn(process.execPath, [program, ...argv], { env: bare, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      void Promise.all([stdout, stderr]).then(([out, err]) => resolve({ code, signal, stdout: out, stderr: err }));
    });
  });
  return { child, ended };
}

/** Runs a line of bash with the program as `$V` and Node as `$NODE`, for what only a shell can arrange: pipes, closed and full streams. */
export function shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn('bash', ['-c', line], {
    env: {
      PATH: '/usr/bin:/bin',
      HOME: '/nonexistent',
      V: `${process.execPath} ${program}`,
      NODE: process.execPath,
      ...env,
    },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      void Promise.all([stdout, stderr]).then(([out, err]) => resolve({ code, signal, stdout: out, stderr: err }));
    });
  });
}

async function collect(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += chunk;
  return text;
}
