import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { concludeEnvironments, describeEnvironments } from '../../src/lib/environments/conclude.js';
import { exitCodeOf, OperatorError } from '../../src/lib/errors.js';
import { type Finding, STATUSES, type Status } from '../../src/lib/status.js';

const { signal: calm } = new AbortController();
type Report = Parameters<typeof concludeEnvironments>[1][number];
const report = (environment: string, status: Status, more: Partial<Report> = {}): Report => ({
  environment,
  status,
  durationMs: 1,
  summary: `${environment} seen`,
  findings: [],
  ...more,
});
const codeOf = (reports: readonly Report[], failOn: 'error' | 'warning' = 'error') => {
  const { status, error } = concludeEnvironments(calm, reports);
  return exitCodeOf(status, failOn, error);
};
const refused = (environment: string) =>
  report(environment, 'failed', { error: { code: 'VOPS-CONFIG-INVALID', message: 'unknown key' } });
const bug = (environment: string) =>
  report(environment, 'failed', { error: { code: 'VOPS-INTERNAL', message: 'unexpected' } });

describe('one exit code', () => {
  test.each<[string, readonly Report[], number]>([
    ['all well', [report('a', 'ok'), report('b', 'ok')], 0],
    ['a warning', [report('a', 'ok'), report('b', 'warning')], 0],
    ['some failed', [report('a', 'ok'), report('b', 'failed')], 3],
    ['all failed', [report('a', 'failed'), report('b', 'failed')], 1],
    ['failed and out of reach', [report('a', 'failed'), report('b', 'unknown')], 1],
    ['some out of reach', [report('a', 'ok'), report('b', 'unknown')], 4],
    ['one configuration broken', [report('a', 'ok'), refused('b')], 3],
    ['every configuration broken', [refused('a'), refused('b')], 2],
    ['a bug of ours in one', [report('a', 'ok'), bug('b')], 70],
  ])('%s', (_, reports, code) => {
    expect(codeOf(reports)).toBe(code);
  });

  test('--fail-on warning', () => {
    expect(codeOf([report('a', 'ok'), report('b', 'warning')], 'warning')).toBe(1);
  });

  test('a signal decides alone, and what is known stays', () => {
    const controller = new AbortController();
    controller.abort(new OperatorError('VOPS-DEADLINE', 'the deadline of 1 s ran out'));
    const { status, error, result } = concludeEnvironments(controller.signal, [report('a', 'ok')]);
    expect(exitCodeOf(status, 'error', error)).toBe(124);
    expect(result.environments).toHaveLength(1);
  });
});

test('a cause that several met is said once, with their names', () => {
  const findings: Finding[] = [{ code: 'X', severity: 'warning', message: 'slow' }];
  const reports = ['a', 'b'].map((name) => report(name, 'warning', { findings }));
  expect(concludeEnvironments(calm, reports).findings).toEqual([
    { code: 'X', severity: 'warning', message: 'a, b: slow' },
  ]);
});

test.each<[readonly Report[], string]>([
  [[report('a', 'ok')], 'a well'],
  [[report('a', 'ok'), report('b', 'skipped')], 'all 2 environments well'],
  [
    [report('a', 'warning'), report('b', 'failed')],
    '2 of 2 environments need a look: b failed: b seen; also a warning',
  ],
  [
    Array.from({ length: 9 }, (_, index) => report(`e${index}`, 'failed')),
    '9 of 9 environments need a look: e0 failed: e0 seen; also e1 failed, e2 failed, e3 failed, e4 failed, e5 failed, 3 more',
  ],
])('the first line', (reports, line) => {
  expect(describeEnvironments({ environments: [...reports] })).toBe(line);
});

test('whatever the rest, one that is not well never ends in 0 unless it only warns', () => {
  const statuses = fc.array(fc.constantFrom(...STATUSES), { minLength: 1 });
  fc.assert(
    fc.property(statuses, (list) => {
      const code = codeOf(list.map((status, index) => report(`e${index}`, status)));
      expect(code === 0).toBe(list.every((status) => ['ok', 'warning', 'skipped'].includes(status)));
    }),
  );
});
