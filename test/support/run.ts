import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll } from '@jest/globals';
import { main } from '../../src/cli.js';
import type { World } from '../../src/lib/invoke.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** The whole environment of the run; HOME and XDG_STATE_HOME are fresh directories unless named. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Version of Node.js that the program is told of. */
  readonly node?: string;
  readonly stdoutIsTerminal?: boolean;
  readonly stderrIsTerminal?: boolean;
  /** Receives the emitter on which the test sends SIGINT and the like. */
  readonly onWorld?: (world: EventEmitter) => void;
}

const directories: string[] = [];

/** A temporary directory, removed when the test file is done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'viktoria-ops-test-'));
  directories.push(directory);
  return directory;
}

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Runs a command line in this process, as `bin/viktoria-ops.js` does, and returns what a shell would see. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [stdoutText, stderrText] = [collect(stdout), collect(stderr)];
  const home = temporaryDirectory();
  const world = Object.assign(new EventEmitter(), {
    // As root, whose state would lie in /var/lib.
    env: { HOME: home, XDG_STATE_HOME: join(home, 'state'), PATH: process.env.PATH ?? '', ...options.env },
    cwd: () => options.cwd ?? home,
    stdout: Object.assign(stdout, { isTTY: options.stdoutIsTerminal ?? false, columns: 120 }),
    stderr: Object.assign(stderr, { isTTY: options.stderrIsTerminal ?? false, columns: 120 }),
    versions: { ...process.versions, ...(options.node && { node: options.node }) },
    pid: process.pid,
    kill: () => true,
  });
  options.onWorld?.(world);
  // The stand-in has the few members of `process` that the program uses.
  const code = await main(argv, world as unknown as World);
  stdout.end();
  stderr.end();
  return { code, stdout: await stdoutText, stderr: await stderrText };
}

/** A run with --json, and its parsed document. */
export async function runJson(argv: readonly string[], options: RunOptions = {}) {
  const ran = await run([...argv, '--json'], options);
  return { ...ran, document: JSON.parse(ran.stdout) };
}

async function collect(stream: PassThrough): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
