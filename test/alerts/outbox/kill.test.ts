/** `kill -9` between every two changes to the disk, and around every request: nothing is lost, what comes twice has one id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { serve } from '../../support/stub-server.js';

/** Of each chain. */
const KILLS = 255;
/** More changes to the disk than one run makes. */
const STEPS = 75;

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

type Moment = 'on request' | 'on answer' | undefined;

/** One chain of runs over one state directory; two of them keep both processors busy. */
async function killRunAfterRun(name: string) {
  const state = await mkdtemp(join(directory, `${name}-`));
  const received = new Map<string, number>();
  const messages = new Map<string, string>();
  let child: ChildProcess | undefined;
  let moment: Moment;
  const kill = (at: Moment) => {
    if (moment === at) child?.kill('SIGKILL');
  };
  const url = await serve((request, response) => void take(request, response));
  async function take(request: IncomingMessage, response: ServerResponse) {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id, alerts } = JSON.parse(text);
    const ids: string[] = alerts.flatMap(({ events }: { events: { id: string }[] }) => events.map((event) => event.id));
    for (const event of ids)
      received.set(`${request.url} ${event}`, (received.get(`${request.url} ${event}`) ?? 0) + 1);
    const told = messages.get(id);
    if (told !== undefined && told !== ids.join()) throw new Error(`two messages of the id ${id}`);
    messages.set(id, ids.join());
    kill('on request');
    response.end('ok', () => kill('on answer'));
  }
  async function runOnce(step: number, when: Moment): Promise<boolean> {
    moment = when;
    child = spawn(process.execPath, [driver, state, url, String(step)], { stdio: ['ignore', 'ignore', 'inherit'] });
    const signal = await new Promise((resolve) => child?.once('close', (_code, ended) => resolve(ended)));
    return signal === 'SIGKILL';
  }
  let kills = 0;
  for (let round = 0; kills < KILLS; round++) {
    const turn = round % (STEPS + 2);
    const moments: readonly Moment[] = ['on request', 'on answer'];
    const wasKilled = turn < STEPS ? await runOnce(turn + 1, undefined) : await runOnce(0, moments[turn - STEPS]);
    if (wasKilled) kills++;
  }
  expect(await runOnce(0, undefined)).toBe(false);
  const committed = Number(await readFile(join(state, 'committed.json'), 'utf8'));
  return { state, received, kills, episodes: committed - 1 };
}

test('500 runs killed: zero lost', async () => {
  const chains = await Promise.all([killRunAfterRun('one'), killRunAfterRun('two')]);
  expect(chains.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThanOrEqual(500);
  for (const { state, received, kills, episodes } of chains) {
    const expected = ['/first', '/second'].flatMap((channel) =>
      Array.from({ length: episodes }, (_, index) => index + 1).flatMap((episode) => [
        `${channel} high-error-rate-${episode}-firing`,
        `${channel} slow-hooks-${episode}-firing`,
      ]),
    );
    expect(expected.filter((event) => !received.has(event))).toEqual([]);
    expect(episodes).toBeGreaterThan(50);
    const again = [...received.values()].reduce((sum, times) => sum + times - 1, 0);
    expect(again).toBeLessThan(kills * 2);
    expect(await readdir(join(state, 'alerts', 'outbox', 'first'))).toEqual([]);
    expect(await readdir(join(state, 'alerts'))).not.toContain('corrupt');
  }
}, 600_000);
