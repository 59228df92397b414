import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/lib/demo/postgres.js';
import { unprivilegedAccount } from '../../src/lib/demo/postgres-programs.js';
import { testServer } from './database.js';

export interface Bouncer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** A real PgBouncer in transaction mode before the test server. `ignored`: start-up parameters it swallows. */
export async function startPgBouncer(ignored = ''): Promise<Bouncer> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'viktoria-ops-pgbouncer-'));
  const file = join(directory, 'pgbouncer.ini');
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    ...(ignored && { ignore_startup_parameters: ignored }),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const server = `host=${testServer.host} port=${testServer.port} user=${testServer.user}`;
  writeFileSync(file, `[databases]\n* = ${server}\n[pgbouncer]\n${lines.join('\n')}\n`);
  const account = unprivilegedAccount(); // it does not run as root
  if (account) for (const path of [directory, file]) chownSync(path, account.uid, account.gid);
  const child = spawn('/usr/sbin/pgbouncer', ['-q', file], { ...account, cwd: directory, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  await untilItListens(port);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  return { port, stop };
}

async function untilItListens(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const listens = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (listens) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('pgbouncer does not listen');
}
