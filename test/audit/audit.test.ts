import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { type AuditContext, appendAudit, readAudit, verifyAudit } from '../../src/lib/audit/index.js';
import { createRedactor } from '../../src/lib/redact.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

// Every entry is durable before the next: on a busy machine that takes its time.
jest.setTimeout(60_000);

const redactor = createRedactor();
redactor.add('canary-secret-81');

function audit(directory = temporaryDirectory()) {
  const context: AuditContext = { state: async () => directory, now: () => new Date(), redactor, runId: 'f00dbabe' };
  const log = join(directory, 'audit.jsonl');
  const append = (...subjects: readonly string[]) =>
    appendAudit(
      context,
      ...subjects.map((subject) => ({
        actor: 'anna',
        action: 'test.done',
        subject,
        outcome: 'done',
        details: { n: 1 },
      })),
    );
  const lines = () => readFileSync(log, 'utf8').split('\n').slice(0, -1);
  const write = (changed: readonly string[]) => writeFileSync(log, changed.map((line) => `${line}\n`).join(''));
  return { directory, log, append, lines, write, verify: () => verifyAudit(directory), context };
}

const SUBJECTS = ['one', 'two', 'drei\u2028\n"ö"', 'four', 'five', 'six'];

async function sixEntries() {
  const log = audit();
  await log.append(...SUBJECTS.slice(0, 3));
  for (const subject of SUBJECTS.slice(3)) await log.append(subject);
  return log;
}

describe('an untouched log', () => {
  test('is intact, in order, without secrets', async () => {
    const log = await sixEntries();
    await log.append('the password canary-secret-81 is in it');
    expect(await log.verify()).toEqual({ isIntact: true, records: 7, problems: [], isTorn: false });
    const { records } = await readAudit(log.directory, new Date(0));
    expect(records.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(records.slice(0, 6).map(({ subject }) => subject)).toEqual(SUBJECTS);
    expect(readFileSync(log.log, 'utf8')).not.toContain('canary');
  });

  test('holds every entry of writers side by side', async () => {
    const log = audit();
    await Promise.all(Array.from({ length: 20 }, (_, index) => log.append(`a${index}`, `b${index}`)));
    expect(await log.verify()).toMatchObject({ isIntact: true, records: 40 });
  });

  test('an empty one, and one that never was', async () => {
    expect(await audit().verify()).toMatchObject({ isIntact: true, records: 0 });
  });

  test('the newest records are found without the rest: more than one window, limits of time', async () => {
    const log = audit();
    const long = 'x'.repeat(1_000);
    for (let index = 0; index < 4; index++) await log.append(...Array.from({ length: 50 }, () => long));
    const since = new Date();
    await log.append('newest');
    expect((await readAudit(log.directory, since)).records.map(({ subject }) => subject)).toEqual(['newest']);
    expect((await readAudit(log.directory, new Date(0))).records).toHaveLength(201);
  });
});

test('the newest records can be counted once they alone are asked for, whatever became of older ones', async () => {
  const log = audit();
  for (const day of [1, 2, 3, 4, 5]) {
    const context = { ...log.context, now: () => new Date(Date.UTC(2026, 10, day)) };
    await appendAudit(context, { actor: 'anna', action: 'test.done', subject: `${day}`, outcome: 'done' });
  }
  log.write(log.lines().filter((_, index) => index !== 2));
  const isWhole = async (day: number) => (await readAudit(log.directory, new Date(Date.UTC(2026, 10, day)))).isWhole;
  expect(await Promise.all([2, 4].map(isWhole))).toEqual([false, false]);
  expect(await isWhole(5)).toBe(true);
  expect(await log.verify()).toMatchObject({ isIntact: false });
});

describe('what a crash leaves', () => {
  test('at whatever byte the last line was cut: no sign of tampering, sealed by the next entry', async () => {
    const log = await sixEntries();
    const whole = readFileSync(log.log);
    const head = readFileSync(join(log.directory, 'audit.head.json'));
    await log.append('zürich');
    const longer = readFileSync(log.log);
    for (let size = whole.length; size <= longer.length; size += size > longer.length - 3 ? 1 : 40) {
      writeFileSync(log.log, longer.subarray(0, size));
      writeFileSync(join(log.directory, 'audit.head.json'), head);
      expect(await log.verify()).toMatchObject({
        isIntact: true,
        isTorn: size > whole.length && size < longer.length - 1,
      });
      await log.append('after');
      await log.append('and again');
      expect({ size, ...(await log.verify()) }).toMatchObject({ size, isIntact: true, isTorn: false });
    }
  });

  test('a seal cut short in its turn', async () => {
    const log = await sixEntries();
    const head = readFileSync(join(log.directory, 'audit.head.json'));
    const size = readFileSync(log.log).length;
    writeFileSync(log.log, Buffer.concat([readFileSync(log.log), Buffer.from('{"sequence":7,"prev')]));
    await log.append('x');
    truncateSync(log.log, size + 40);
    writeFileSync(join(log.directory, 'audit.head.json'), head);
    await log.append('y');
    expect(await log.verify()).toMatchObject({ isIntact: true, records: 8 });
  });

  test('lines written and the head not yet', async () => {
    const log = await sixEntries();
    const head = readFileSync(join(log.directory, 'audit.head.json'));
    await log.append('seven', 'eight');
    writeFileSync(join(log.directory, 'audit.head.json'), head);
    expect(await log.verify()).toMatchObject({ isIntact: true, records: 8 });
    await log.append('nine');
    expect(await log.verify()).toMatchObject({ isIntact: true, records: 9 });
  });
});

describe('tampering is found, where it was', () => {
  test.each<[string, (lines: string[]) => string[], number, string]>([
    ['changed', (lines) => lines.with(2, String(lines[2]).replace('"n":1', '"n":2')), 3, 'entry 3 was changed'],
    ['deleted', (lines) => lines.toSpliced(2, 1), 3, 'entry 3 is missing before entry 4'],
    ['two deleted', (lines) => lines.toSpliced(2, 2), 3, 'entries 3 to 4 are missing before entry 5'],
    ['swapped', (lines) => lines.toSpliced(1, 2, String(lines[2]), String(lines[1])), 2, 'entry 2 is missing'],
    ['repeated', (lines) => lines.toSpliced(2, 0, String(lines[1])), 3, 'entry 2 stands after entry 2'],
    ['cut in the middle', (lines) => lines.with(2, String(lines[2]).slice(0, 60)), 3, 'cut short or overwritten'],
    ['the first removed', (lines) => lines.slice(1), 1, 'entry 1 is missing before entry 2'],
    ['the last cut off', (lines) => lines.slice(0, -1), 6, 'the end was cut: entry 6 is missing'],
    ['half of the last cut off', (lines) => lines.with(5, String(lines[5]).slice(0, 60)), 7, 'the end was cut'],
    ['all cut off', () => [], 1, 'the end was cut: entries 1 to 6 are missing'],
  ])('%s', async (_, tamper, line, what) => {
    const log = await sixEntries();
    log.write(tamper(log.lines()));
    const found = await log.verify();
    expect(found).toMatchObject({ isIntact: false });
    expect(found.problems[0]).toEqual({ line, what: expect.stringContaining(what) });
    // Nor do later entries hide it.
    await log.append('later');
    await log.append('and later');
    expect(await log.verify()).toMatchObject({ isIntact: false });
  });

  test('one changed and its hash made to fit, also when it is the last', async () => {
    for (const at of [2, 5]) {
      const log = await sixEntries();
      const other = await sixEntries();
      log.write(log.lines().with(at, String(other.lines()[at])));
      expect((await log.verify()).problems[0]?.what).toMatch(/replaced/);
      await log.append('later');
      expect((await log.verify()).problems[0]?.what).toMatch(/replaced/);
    }
  });

  test('a head that is gone', async () => {
    const log = await sixEntries();
    rmSync(join(log.directory, 'audit.head.json'));
    expect((await log.verify()).problems[0]?.what).toMatch(/head of the log is missing/);
    await log.append('later');
    expect((await log.verify()).problems[0]?.what).toMatch(/head of the log was missing/);
  });

  test('any byte of any line', async () => {
    const log = await sixEntries();
    const whole = readFileSync(log.log);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(whole);
        bytes[at] = Number(bytes[at]) ^ change;
        writeFileSync(log.log, bytes);
        const { isIntact, problems } = await log.verify();
        const line = whole.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
        expect(isIntact).toBe(false);
        expect(Math.abs(Number(problems[0]?.line) - line)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test('the last entry split by a line feed is named where it stands', async () => {
    const log = await sixEntries();
    log.write(log.lines().with(5, String(log.lines()[5]).replace(',', '\n')));
    expect((await log.verify()).problems.map(({ line }) => line)).toEqual([6, 8]);
  });
});

test('the command shows and verifies; a log that was tampered with exits 1', async () => {
  const log = await sixEntries();
  const config = join(log.directory, '.monitoringrc.json');
  writeFileSync(config, JSON.stringify({ stateDirectory: log.directory }), { mode: 0o600 });
  const shown = await run(['incidents', 'audit', '--config', config]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain('drei\\u2028\\n"ö"');
  log.write(log.lines().toSpliced(3, 1));
  const { code, document } = await runJson(['incidents', 'audit', '--verify', '--limit', '2', '--config', config]);
  expect(code).toBe(1);
  expect(document.result).toMatchObject({ omitted: 3, verification: { isIntact: false, records: 5 } });
  expect(document.findings[0]).toMatchObject({ code: 'VOPS-AUDIT-TAMPERED', severity: 'error' });
});
