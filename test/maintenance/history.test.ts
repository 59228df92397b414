import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type RunRecord, recordFile } from '../../src/lib/maintenance/runs.js';
import { withLock } from '../../src/lib/process/index.js';
import { runJson, temporaryDirectory } from '../support/run.js';
import { runRecord } from '../support/run-record.js';

type Run = Partial<RunRecord> & { readonly tier: string; readonly daysAgo: number };

let made = 0;

/** A state directory with the records of these runs. */
function stateWith(runs: readonly Run[]): string {
  const state = temporaryDirectory();
  const directory = join(state, 'runs');
  mkdirSync(directory, { mode: 0o700 });
  chmodSync(state, 0o700);
  for (const { daysAgo, ...run } of runs) {
    const startedAt = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
    const runId = (0xa0000000 + made++).toString(16);
    const record = runRecord({ runId, startedAt, ...run });
    writeFileSync(recordFile(directory, record), JSON.stringify(record), { mode: 0o600 });
  }
  return state;
}

const history = (state: string, ...more: string[]) =>
  runJson(['maintenance', 'history', ...more], { env: { VIKTORIA_OPS_STATE_DIRECTORY: state } });
const messagesOf = ({ document }: Awaited<ReturnType<typeof history>>): string[] =>
  document.findings.map(({ message }: { message: string }) => message);
const thirtyDays = Array.from({ length: 30 }, (_, daysAgo) => ({ tier: 'daily', daysAgo }));

test('a tier that runs seldom is late, however many runs of others came since', async () => {
  const state = stateWith([{ tier: 'monthly', daysAgo: 60 }, ...thirtyDays]);
  const told = await history(state);
  expect(told.document.result.runs).toHaveLength(20);
  expect(told.document.result.lastSuccess).toMatchObject([{ tier: 'daily' }, { tier: 'monthly' }]);
  expect(messagesOf(told)).toEqual([expect.stringMatching(/^the monthly tier last went well 1440 h ago/)]);
});

test('a run of a clock that was wrong keeps no tier from being late', async () => {
  const state = stateWith([
    { tier: 'daily', daysAgo: -4_000 },
    { tier: 'daily', daysAgo: 3 },
  ]);
  const told = await history(state);
  expect(told.document.result.lastSuccess).toMatchObject([{ ageSeconds: expect.closeTo(259_200, -2) }]);
  expect(messagesOf(told)).toEqual(['the daily tier last went well 72 h ago']);
});

test('--limit bounds what is listed, and not what is known', async () => {
  const state = stateWith([
    { tier: 'daily', daysAgo: 0, status: 'failed' },
    { tier: 'daily', daysAgo: 1 },
  ]);
  const told = await history(state, '--limit', '1');
  expect(told.document.result.runs).toHaveLength(1);
  expect(messagesOf(told)).toEqual([]);
  const never = await history(stateWith([{ tier: 'weekly', daysAgo: 0, status: 'failed' }]));
  expect(messagesOf(never)).toEqual(['the weekly tier has not gone well in the runs kept']);
});

test('a step run by itself is not the tier, unless a host runs no more than that', async () => {
  const reason = 'not named by --only';
  const part = {
    steps: [{ id: 'health', status: 'skipped' as const, durationMs: 0, summary: reason, reason, findings: [] }],
  };
  const tried = await history(
    stateWith([
      { tier: 'daily', daysAgo: 0, ...part },
      { tier: 'daily', daysAgo: 3 },
    ]),
  );
  expect(messagesOf(tried)).toEqual(['the daily tier last went well 72 h ago']);
  const failing = await history(
    stateWith([
      { tier: 'daily', daysAgo: 0, ...part },
      { tier: 'daily', daysAgo: 1, status: 'failed' },
    ]),
  );
  expect(messagesOf(failing)).toEqual(['the daily tier has not gone well in the runs kept']);
  const logsAlone = await history(stateWith([{ tier: 'daily', daysAgo: 0, ...part }]));
  expect(messagesOf(logsAlone)).toEqual([]);
});

test('--tier speaks of that tier alone', async () => {
  const state = stateWith([{ tier: 'monthly', daysAgo: 60 }, ...thirtyDays]);
  const told = await history(state, '--tier', 'daily');
  expect([messagesOf(told), told.document.result.lastSuccess]).toEqual([
    [],
    [expect.objectContaining({ tier: 'daily' })],
  ]);
});

test.each(['dialy', '('])('a tier that is none (%s) is a wrong call, not good news', async (tier) => {
  const { code, document } = await history(stateWith([]), '--tier', tier);
  expect([code, document.error.code]).toEqual([2, 'VOPS-USAGE']);
  expect(document.error.message).toContain('monthly');
});

test('only the run that holds the lock is running: one that was killed before it is not', async () => {
  const killed = { status: null, endedAt: null, durationMs: null } as const;
  const state = stateWith([
    { ...killed, tier: 'daily', daysAgo: 1 },
    { ...killed, tier: 'weekly', daysAgo: 0, runId: 'b0b0b0b0' },
  ]);
  const statuses = async (...more: string[]) =>
    (await history(state, ...more)).document.result.runs.map(({ status }: { status: string }) => status);
  const lock = (runId: string, use: () => Promise<void>) => {
    const holder = { command: 'maintenance weekly', runId, startedAt: new Date().toISOString() };
    return withLock(join(state, 'lock'), { waitMs: 0, signal: new AbortController().signal, holder }, use);
  };
  await lock('b0b0b0b0', async () => {
    expect(await statuses()).toEqual(['running', 'interrupted']);
    expect(await statuses('--tier', 'daily')).toEqual(['interrupted']);
  });
  // A run that waits for another host holds the lock, and has no record yet.
  await lock('c0c0c0c0', async () => expect(await statuses()).toEqual(['interrupted', 'interrupted']));
  expect(await statuses()).toEqual(['interrupted', 'interrupted']);
});

test('records that may not be read are no bug of ours', async () => {
  const state = temporaryDirectory();
  writeFileSync(join(state, 'runs'), '');
  const { code, document } = await history(state);
  expect([code, document.error.code]).toEqual([1, 'VOPS-FILE']);
});
