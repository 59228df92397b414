import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readOperatorStatus } from '../../src/lib/monitor/operator-status.js';
import { temporaryDirectory } from '../support/run.js';

const directory = temporaryDirectory();
const file = join(directory, 'status.json');
const status = {
  schemaVersion: 1,
  writtenAt: '2026-11-23T03:00:00.000Z',
  validUntil: '2026-11-23T03:15:00.000Z',
  host: 'a',
  environment: 'test',
  sections: { kpis: { status: 'ok', summary: 'fine', findings: [], rows: [] } },
};

test('nothing is configured, or written yet: null', async () => {
  expect(await readOperatorStatus(undefined)).toBeNull();
  expect(await readOperatorStatus(join(directory, 'absent'))).toBeNull();
});

test('what was written, also by a version that tells more', async () => {
  writeFileSync(file, JSON.stringify({ ...status, more: 1 }));
  expect(await readOperatorStatus(file)).toEqual(status);
});

test.each([
  ['half a file', JSON.stringify(status).slice(0, 40)],
  ['another document', '{"schemaVersion":2}'],
  ['far too much', `{"x":"${'x'.repeat(1_000_000)}"}`],
])('%s is an error, never nothing', async (_what, text) => {
  writeFileSync(file, text);
  await expect(readOperatorStatus(file)).rejects.toThrow();
});

test('what cannot be reached is not taken for what nobody wrote', async () => {
  const loop = join(directory, 'loop');
  symlinkSync(loop, loop);
  await expect(readOperatorStatus(join(loop, 'status.json'))).rejects.toThrow(
    'operatorStatusFile cannot be reached by the user of the application (ELOOP)',
  );
});

test('a directory is no file', async () => {
  mkdirSync(join(directory, 'd'));
  await expect(readOperatorStatus(join(directory, 'd'))).rejects.toThrow('not what monitoring publish writes');
});
