/**
 * P13: many backends at once. Each answers after 200 ms; one server plays them all. Their databases are absent: a hundred
 * logins at one PostgreSQL of this machine would measure that.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import health from '../../src/commands/health.js';
import queue from '../../src/commands/queue/status.js';
import { type Comparison, type Program, runAll } from './measure.js';

interface EnvironmentsPlace {
  readonly directory: string;
  readonly ours: (...args: string[]) => Program;
}

const ANSWER_MS = 200;

export async function environments(
  { directory, ours }: EnvironmentsPlace,
  closers: (() => Promise<void>)[],
): Promise<Comparison[]> {
  const url = await startBackends(closers);
  const env = { PATH: process.env.PATH, HOME: directory };
  const look = (count: number) => {
    const config = join(directory, `environments-${count}.json`);
    const names = Array.from({ length: count }, (_, index) => `site-${index + 1}`);
    const sections = Object.fromEntries(names.map((name) => [name, { app: { url } }]));
    writeFileSync(config, JSON.stringify({ database: { host: directory }, environments: sections }), { mode: 0o600 });
    // No verdict, for want of the databases; and this host may be at its limit, which is an answer too.
    return () => runAll([{ ...ours('health', '--env', 'all', '--config', config), env, ok: [1, 4] }]);
  };
  const one = look(1);
  return [
    { id: 'P13a', what: 'health --env all, 10 backends / 1', bar: 2, ours: look(10), theirs: one },
    { id: 'P13', what: 'health --env all, 100 backends / 1', bar: 3, ours: look(100), theirs: one },
  ];
}

async function startBackends(closers: (() => Promise<void>)[]): Promise<string> {
  const answers = { health: JSON.stringify(health.sample.overview), jobs: JSON.stringify(queue.sample) };
  const server = createServer((request, response) => {
    void pause(ANSWER_MS).then(() => {
      response.setHeader('content-type', 'application/json');
      response.end(request.url?.includes('/jobs') ? answers.jobs : answers.health);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
