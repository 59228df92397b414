import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CheckRecord } from '../../src/lib/integrity/index.js';
import { apdex, audienceOf } from '../../src/lib/kpi/apdex.js';
import { ofChecks } from '../../src/lib/kpi/business.js';
import { type Entry, entryBefore } from '../../src/lib/kpi/history.js';
import { formatValue, trendOf, verdictOf } from '../../src/lib/kpi/judge.js';
import { KPIS } from '../../src/lib/kpi/kpis.js';
import { isMeasured } from '../../src/lib/kpi/measurement.js';
import { answeredWithin, readRequests, requestsSince } from '../../src/lib/kpi/requests.js';
import { configOf } from '../support/stub-server.js';

test('the twelve of the guide, in its order, each with a target', () => {
  expect(KPIS.map(({ id }) => id)).toEqual([
    'uptime',
    'responseTimeMs',
    'errorRate',
    'memoryUsage',
    'hookExecutionTimeMs',
    'hookSuccessRate',
    'jobProcessingSeconds',
    'queueBacklog',
    'dataConsistency',
    'validationAccuracy',
    'calculationCorrectness',
    'userSatisfaction',
  ]);
  const { kpis } = configOf({});
  for (const { id } of KPIS) expect(kpis[id].target).toBeGreaterThan(0);
});

const measured = (value: number) => ({ value, samples: 1, coverage: 1, source: '' });

test.each([
  [0.999, 'atLeast', 'met'],
  [0.9989, 'atLeast', 'missed'],
] as const)('verdict on %p', (value, good, verdict) => {
  expect(verdictOf(measured(value), 0.999, good)).toBe(verdict);
});

test.each([
  [0.999995, 'atLeast', '99.99 %'],
  [1, 'atLeast', '100 %'],
  [0.999, 'atLeast', '99.9 %'],
  [0.0099999, 'atMost', '1 %'],
] as const)('%p is not shown as better than it is', (value, good, shown) => {
  expect(formatValue(value, { unit: 'share', good })).toBe(shown);
});

test('what is not measured is never good', () => {
  expect(verdictOf({ cause: 'absent', reason: '', hint: '' }, 0, 'atLeast')).toBe('unknown');
});

test.each([
  ['a mean that fell by half', 50, 100, 'atMost', 'ms', 'better'],
  ['a mean that rose a little', 104, 100, 'atMost', 'ms', 'steady'],
  ['a mean that rose', 106, 100, 'atMost', 'ms', 'worse'],
  ['nothing and again nothing', 0, 0, 'atMost', 'count', 'steady'],
  ['a first backlog', 1, 0, 'atMost', 'count', 'worse'],
  ['twice as many failures', 0.998, 0.999, 'atLeast', 'share', 'worse'],
  ['half as many', 0.9995, 0.999, 'atLeast', 'share', 'better'],
  ['still perfect', 1, 1, 'atLeast', 'share', 'steady'],
] as const)('trend: %s', (_, value, previous, good, unit, trend) => {
  expect(trendOf(value, previous, { good, unit })).toBe(trend);
});

test('a trend the other way round is the other trend', () => {
  const opposite = { better: 'worse', worse: 'better', steady: 'steady' } as const;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (one, other) => {
      const kind = { good: 'atMost', unit: 'ms' } as const;
      // At the edge of what is noise the two directions may differ: 5 % of less is less.
      fc.pre(
        Math.abs(one - other) <= 0.045 * Math.min(one, other) || Math.abs(one - other) > 0.06 * Math.max(one, other),
      );
      expect(trendOf(one, other, kind)).toBe(opposite[trendOf(other, one, kind)]);
    }),
  );
});

describe('Apdex', () => {
  const requests = [100, 500, 501, 2000, 2001].map((latencyMs) => ({ latencyMs, isGood: true }));
  test('satisfied, tolerating, frustrated; a failure frustrates', () => {
    expect(audienceOf([...requests, { latencyMs: 1, isGood: false }], 500)).toEqual({
      satisfied: 2,
      tolerating: 2,
      all: 6,
    });
    expect(apdex({ satisfied: 2, tolerating: 2, all: 6 })).toBe(0.5);
    expect(apdex({ satisfied: 0, tolerating: 0, all: 0 })).toBeNull();
  });

  test('is between 0 and 1', () => {
    const request = fc.record({ latencyMs: fc.nat(10_000), isGood: fc.boolean() });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1 }), fc.integer({ min: 1, max: 5_000 }), (all, threshold) => {
        const score = apdex(audienceOf(all, threshold)) ?? -1;
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });
});

const page = (startedAt: number, factor: number) => `
# TYPE http_request_duration_seconds histogram
${['2xx', '5xx']
  .map(
    (status) => `
http_request_duration_seconds_bucket{method="GET",route="/api/teams \\"x\\"",status="${status}",le="0.5"} ${8 * factor}
http_request_duration_seconds_bucket{method="GET",route="/api/teams \\"x\\"",status="${status}",le="2"} ${9 * factor}
http_request_duration_seconds_bucket{method="GET",route="/api/teams \\"x\\"",status="${status}",le="+Inf"} ${10 * factor}
http_request_duration_seconds_sum{method="GET",route="/api/teams \\"x\\"",status="${status}"} ${2 * factor}
http_request_duration_seconds_count{method="GET",route="/api/teams \\"x\\"",status="${status}"} ${10 * factor}`,
  )
  .join('')}
http_request_duration_seconds_count{method="GET",route="/api/hook-monitoring/health",status="2xx"} 1000
process_start_time_seconds ${startedAt}
`;

describe('requests of the application', () => {
  test('ours are left out, failures are not answers', () => {
    const counts = readRequests(page(100, 1));
    expect(counts).toEqual({
      startedAt: 100,
      requests: 20,
      totalSeconds: 4,
      answered: [
        [0.5, 8],
        [2, 9],
      ],
    });
    expect(readRequests('process_start_time_seconds 1\n')).toBeUndefined();
  });

  test('differences; after a restart all that was counted', () => {
    const [before, now, restarted] = [
      readRequests(page(100, 1)),
      readRequests(page(100, 3)),
      readRequests(page(200, 3)),
    ];
    if (!before || !now || !restarted) throw new Error('not counted');
    expect(requestsSince(now, before)).toMatchObject({
      requests: 40,
      totalSeconds: 8,
      answered: [
        [0.5, 16],
        [2, 18],
      ],
    });
    expect(requestsSince(restarted, before)).toBe(restarted);
    expect([0.4, 0.5, 1, 3].map((seconds) => answeredWithin(before, seconds))).toEqual([0, 8, 8, 9]);
  });
});

describe('business KPIs from checks', () => {
  const since = new Date('2026-11-23T00:00:00Z');
  const record = (name: string, runs: CheckRecord['runs'], kpi: CheckRecord['kpi'] = 'dataConsistency') => ({
    name,
    kpi,
    runs,
  });
  const at = '2026-11-23T03:00:00.000Z';
  const ok = { at, state: 'ok', failing: 0, total: 100 } as const;

  test('the share of right rows, by the last verdict of each check', () => {
    const checks = [
      record('a', [{ at, state: 'failed', failing: 50, total: 100 }, ok]),
      record('b', [
        { at, state: 'failed', failing: 10, total: 100 },
        { at, state: 'unknown', failing: null, total: null },
      ]),
      record('c', [{ at, state: 'failed', failing: 7, total: null }]),
      record('d', []),
      record('e', [ok], 'validationAccuracy'),
    ];
    expect(ofChecks('dataConsistency')({ checks, since })).toMatchObject({
      value: 1 - 11 / 201,
      samples: 201,
      coverage: 0.75,
    });
  });

  test.each<[string, CheckRecord[]]>([
    ['no check', []],
    ['none that ran', [record('a', [])]],
    ['an old run', [record('a', [{ ...ok, at: '2026-11-22T03:00:00.000Z' }])]],
    ['no verdict', [record('a', [{ at, state: 'unknown', failing: null, total: null }])]],
    ['empty tables', [record('a', [{ at, state: 'ok', failing: 0, total: 0 }])]],
  ])('%s: not measured', (_, checks) => {
    const measurement = ofChecks('dataConsistency')({ checks, since });
    expect(isMeasured(measurement)).toBe(false);
    expect(measurement).toMatchObject({ cause: 'absent', hint: expect.stringMatching(/./) });
  });
});

test('what is compared with is at least one window old', () => {
  const entry = (at: string): Entry => ({ at, window: '24h', values: {} });
  const history = ['2026-11-20', '2026-11-21', '2026-11-22'].map((day) => entry(`${day}T12:00:00.000Z`));
  const now = new Date('2026-11-22T18:00:00Z');
  expect(entryBefore(history, now, 86_400_000)?.at).toBe('2026-11-21T12:00:00.000Z');
  expect(entryBefore(history, now, 5 * 86_400_000)).toBeUndefined();
});
