/** `kill -9` between any two changes to the disk, and around requests: nothing is lost, what comes twice has one id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { serve } from '../../support/stub-server.js';

/** Runs that are cut short. */
const KILLED = 500;
/** Runs in one process, which die together, each at another point: starting Node.js is what takes the time. */
const SIDE_BY_SIDE = 8;
/** Of these together; more than they make. */
const CHANGES = 75 * SIDE_BY_SIDE;

let directory: string;
let driver: string;
beforeAll(async () => {
  // In memory where possible: a process that dies loses nothing of what it wrote, synced or not.
  directory = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'vo-kill-'));
  driver = join(directory, 'driver.cjs');
  const entryPoints = [fileURLToPath(new URL('./driver.js', import.meta.url))];
  await build({
    entryPoints,
    outfile: driver,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    external: ['nodemailer'],
  });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Moment = 'on request' | 'on answer';

/** A webhook that counts every event, and kills who asks when it is told to. */
async function killingReceiver() {
  const received = new Map<string, number>();
  const messages = new Map<string, string>();
  const mixedUp: string[] = [];
  let victim: { readonly child: ChildProcess; readonly moment: Moment; skip: number } | undefined;
  const reach = (moment: Moment) => {
    if (victim?.moment === moment && victim.skip-- === 0) victim.child.kill('SIGKILL');
  };
  async function take(request: IncomingMessage, response: ServerResponse) {
    const { id, alerts } = JSON.parse(await text(request));
    const ids: string[] = alerts.flatMap(({ events }: { events: { id: string }[] }) => events.map((event) => event.id));
    for (const event of ids)
      received.set(`${request.url} ${event}`, (received.get(`${request.url} ${event}`) ?? 0) + 1);
    const told = messages.get(`${request.url} ${id}`) ?? ids.join();
    if (told !== ids.join()) mixedUp.push(id);
    messages.set(`${request.url} ${id}`, told);
    reach('on request');
    response.end(() => reach('on answer'));
  }
  const url = await serve((request, response) => void take(request, response).catch(() => response.destroy()));
  return {
    url,
    received,
    mixedUp,
    killAt: (child: ChildProcess, moment: Moment, skip: number) => (victim = { child, moment, skip }),
  };
}

/** Starts the runs; returns how many of them were cut short. */
async function runAll(url: string, step: number, onStart: (child: ChildProcess) => void): Promise<number> {
  const settings = [driver, directory, url, String(SIDE_BY_SIDE), String(step)];
  const child = spawn(process.execPath, settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  onStart(child);
  const [dots, signal] = await Promise.all([
    text(child.stdout),
    new Promise((resolve) => child.once('close', (_, ended) => resolve(ended))),
  ]);
  return signal === 'SIGKILL' ? SIDE_BY_SIDE - dots.length : 0;
}

test('500 runs killed: zero lost', async () => {
  const { url, received, mixedUp, killAt } = await killingReceiver();
  const names = Array.from({ length: SIDE_BY_SIDE }, (_, run) => String(run));
  for (const name of names) await mkdir(join(directory, name));
  let killed = 0;
  for (let round = 0; killed < KILLED; round++) {
    if (round % 4 === 3) {
      const moment = round % 8 === 3 ? 'on request' : 'on answer';
      killed += await runAll(url, 0, (child) => killAt(child, moment, round % 15));
    } else killed += await runAll(url, ((round * 37) % CHANGES) + 1, () => undefined);
  }
  expect(await runAll(url, 0, () => undefined)).toBe(0);

  const expected = new Set<string>();
  for (const name of names) {
    const episodes = Number(await readFile(join(directory, name, 'committed.json'), 'utf8')) - 1;
    expect(episodes).toBeGreaterThan(20);
    for (const channel of ['first', 'second']) {
      for (let episode = 1; episode <= episodes; episode++) {
        expected.add(`/${name}/${channel} high-error-rate-${episode}-firing`);
        expected.add(`/${name}/${channel} slow-hooks-${episode}-firing`);
      }
      expect(await readdir(join(directory, name, 'alerts', 'outbox', channel))).toEqual([]);
    }
    expect(await readdir(join(directory, name, 'alerts'))).not.toContain('corrupt');
  }
  expect([...expected].filter((event) => !received.has(event))).toEqual([]);
  // What was told twice was told under the same name: there is no other.
  expect([...received.keys()].filter((event) => !expected.has(event))).toEqual([]);
  expect(mixedUp).toEqual([]);
}, 300_000);
