import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { defaultRules } from '../../src/lib/alerts/default-rules/index.js';
import { parseSeries } from '../../src/lib/alerts/rule-tests/series.js';
import { packageRoot } from '../../src/lib/package.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { configOf } from '../support/stub-server.js';

describe('series, written as promtool writes them', () => {
  test.each([
    ['1 2 3', [1, 2, 3]],
    ['0.5x2', [0.5, 0.5, 0.5]],
    ['1+2x3', [1, 3, 5, 7]],
    ['10-2.5x2', [10, 7.5, 5]],
    ['-1-1x1', [-1, -2]],
    ['1e3 _ _x2 4', [1000, null, null, null, 4]],
    ['healthy criticalx1', ['healthy', 'critical', 'critical']],
    ['true falsex1', [true, false, false]],
  ])('%s', (text, values) => {
    expect(parseSeries(text)).toEqual(values);
  });

  test.each(['1x', '1 + 2', '0x999999999', "'; drop", '1..2'])('%s is refused', (text) => {
    expect(() => parseSeries(text)).toThrow(RangeError);
  });
});

const directory = temporaryDirectory();
const config = join(directory, 'config.json');
writeFileSync(config, JSON.stringify({ alerting: { channels: { stdout: {} } } }), { mode: 0o600 });
const shipped = join(packageRoot(), 'templates', 'alerts', 'default-rules.test.yaml');

function testFile(name: string, content: unknown): string {
  const file = join(directory, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('alerts test', () => {
  test('the shipped tests pass, and speak of every default rule', async () => {
    const { code, document } = await runJson(['alerts', 'test', shipped, '--config', config]);
    expect({ code, failed: document.result.failed }).toEqual({ code: 0, failed: 0 });
    const text = readFileSync(shipped, 'utf8');
    const untested = defaultRules(configOf({})).filter(({ name }) => !text.includes(name));
    expect(untested.map(({ name }) => name)).toEqual([]);
  });

  test('what differs is told in a sentence, and the exit code is 1', async () => {
    const file = testFile('wrong.json', {
      tests: [
        {
          name: 'a wish',
          series: { 'jobs.queueSize': '60x9' },
          expect: [{ at: '4m', firing: ['queue-backlog'], messages: [{ rule: 'queue-backlog', kind: 'firing' }] }],
        },
      ],
    });
    const { code, document } = await runJson(['alerts', 'test', file, '--config', config]);
    expect(code).toBe(1);
    expect(document.findings.map(({ message }: { message: string }) => message)).toEqual([
      'a wish: at 4m: expected firing: queue-backlog; got: nothing',
      'a wish: at 4m: expected told: queue-backlog firing; got: nothing',
    ]);
  });

  test('what begins at the very first evaluation is told once, and an event there waits for no cooldown', async () => {
    const file = testFile('at-once.json', {
      tests: [
        {
          name: 'at once',
          series: { 'jobs.oldestReadyAge': '3600x9' },
          expect: [
            { at: '0m', firing: ['queue-stalled'], messages: [{ rule: 'queue-stalled', kind: 'firing' }] },
            { at: '1m', messages: [] },
          ],
        },
        {
          name: 'an event',
          series: { 'changes.config': '0 1 0' },
          expect: [{ at: '1m', messages: [{ rule: 'configuration-changed', kind: 'notice' }] }],
        },
      ],
    });
    const rule = { name: 'configuration-changed', condition: 'changes.config > 0', severity: 'info', kind: 'event' };
    const alerting = { channels: { stdout: {} }, rules: [{ ...rule, cooldown: '15m' }] };
    const own = join(directory, 'own.json');
    writeFileSync(own, JSON.stringify({ alerting }), { mode: 0o600 });
    const { code, document } = await runJson(['alerts', 'test', file, '--config', own]);
    expect({ code, findings: document.findings }).toEqual({ code: 0, findings: [] });
  });

  test('no such file: exit 2, and where one is to be had', async () => {
    const file = join(directory, 'absent.yaml');
    const { code, document } = await runJson(['alerts', 'test', file, '--config', config]);
    expect(code).toBe(2);
    expect(document.error).toMatchObject({
      message: `there is no file ${file}`,
      hint: expect.stringContaining('viktoria-ops init alerts'),
    });
  });

  test.each([
    [
      { tests: [{ name: 'x', interval: '0s', series: {}, expect: [{ at: '1m' }] }] },
      'interval: expected more than nothing',
    ],
    [{ tests: [{ name: 'x', series: { 'hooks.errorRat': '1' }, expect: [{ at: '1m' }] }] }, 'no metric hooks.errorRat'],
    [{ tests: [{ name: 'x', series: {}, expect: [{ at: '1m', firing: ['slow-hoks'] }] }] }, 'no rule slow-hoks'],
    [{ tests: [{ name: 'x', series: { 'jobs.queueSize': '1x' }, expect: [{ at: '1m' }] }] }, 'is no part of a series'],
    [
      { tests: [{ name: 'x', series: { 'system.status': 'healthyx3 critcal' }, expect: [{ at: '1m' }] }] },
      'x: system.status is never critcal',
    ],
    [
      { tests: [{ name: 'x', series: { 'hooks.errorRate': '0.1 NaN' }, expect: [{ at: '1m' }] }] },
      'x: hooks.errorRate is never NaN',
    ],
    [
      { tests: [{ name: 'x', series: { 'database.reachable': '1' }, expect: [{ at: '1m' }] }] },
      'x: database.reachable is never 1',
    ],
    [{ tests: [{ name: 'x', series: {}, expect: [{ at: 1 }] }] }, 'at: expected a duration'],
    [{ tests: [{ name: 'x', series: {}, expect: [{ at: '1m', fires: [] }] }] }, 'fires: unknown key'],
    ['tests:\n\t- name: x', 'indented with a tab'],
  ])('a slip is an error with its place: %j', async (content, message) => {
    const { code, stderr } = await run(['alerts', 'test', testFile('slip.yaml', content), '--config', config]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});
