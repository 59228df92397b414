import { describe, expect, test } from '@jest/globals';
import { OPERATOR_SECTIONS, type SystemOverview } from '../../src/lib/contract/index.js';
import { createFormat } from '../../src/lib/monitor/page/client/format.js';
import { OPERATOR_NAMES } from '../../src/lib/monitor/page/client/names.js';
import type { Readings } from '../../src/lib/monitor/page/client/store.js';
import { problemsOf, sentenceOf, worstOf } from '../../src/lib/monitor/page/client/verdict.js';
import { WORDS } from '../../src/lib/monitor/page/client/words/index.js';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const view = { words: WORDS.en, format: createFormat('en-GB', 'Europe/Berlin') };
const nothing: Readings = {
  overview: {},
  performance: {},
  jobs: {},
  database: {},
  operator: {},
  history: {},
  usage: {},
};

type Check = SystemOverview['checks'][number];
const checks = (...list: Check[]): Readings => ({
  ...nothing,
  overview: {
    at: NOW,
    data: {
      status: 'healthy',
      uptime: 1,
      version: '1',
      environment: 'test',
      lastRestart: '2026-11-23T11:00:00.000Z',
      activeConnections: 1,
      checks: list,
    },
  },
});
const said = (readings: Readings) => {
  const problems = problemsOf(readings, view, NOW);
  return [
    worstOf(problems, readings.overview.data !== undefined),
    sentenceOf(problems, readings, view.words),
    problems.map(({ severity, what, panel, next }) => [severity, what, panel, next]),
  ];
};
const well: Check = { name: 'memory', status: 'healthy', message: '40 %' };
const down: Check = { name: 'database', status: 'critical', message: 'does not answer' };
const slow: Check = { name: 'error rate', status: 'warning', message: '2 %' };

describe('the verdict', () => {
  test('nothing heard yet is not good', () => {
    expect(said(nothing)).toEqual(['unknown', 'Cannot say yet', []]);
  });

  test('all well', () => {
    expect(said(checks(well))).toEqual(['healthy', 'No problems · 1 check well', []]);
    expect(said(checks(well, well))[1]).toBe('No problems · 2 checks well');
  });

  test('one problem is said with its evidence, several by name, worst first', () => {
    expect(said(checks(well, down))).toEqual([
      'critical',
      '1 problem: database: does not answer',
      [['critical', 'database', 'database', 'viktoria-ops db health']],
    ]);
    const [, sentence, list] = said(checks(slow, down, { ...slow, name: 'of their own' }));
    expect(sentence).toBe('3 problems: database, error rate, of their own');
    expect(list).toEqual([
      ['critical', 'database', 'database', 'viktoria-ops db health'],
      ['warning', 'error rate', 'hooks', 'viktoria-ops errors recent'],
      ['warning', 'of their own', 'overview', 'viktoria-ops health'],
    ]);
    const many = Array.from({ length: 7 }, (_, index) => ({ ...slow, name: `check ${index}` }));
    expect(said(checks(...many))[1]).toBe('7 problems: check 0, check 1, check 2, check 3, and 3 more');
  });

  test('what cannot be read is not known, and says why', () => {
    const readings: Readings = {
      ...checks(well),
      jobs: { failure: { kind: 'refused', reason: 'no queue' } },
      database: { failure: { kind: 'late' } },
      performance: { failure: { kind: 'signedOut' } },
    };
    expect(said(readings).slice(0, 2)).toEqual(['unknown', 'No problems · 1 check well · 2 not known']);
    expect(problemsOf(readings, view, NOW).map(({ evidence }) => evidence)).toEqual([
      'cannot be read: no queue',
      'no answer in time',
    ]);
    const failure = { kind: 'unreachable' } as const;
    expect(problemsOf({ ...nothing, overview: { failure }, jobs: { failure } }, view, NOW)).toMatchObject([
      { what: 'System overview, Background jobs', evidence: 'the application cannot be reached' },
    ]);
  });

  test('findings of the operator’s side count, information does not', () => {
    const section = (severity: 'info' | 'warning' | 'unknown' | 'error') => ({
      status: 'ok' as const,
      summary: '',
      findings: [{ code: 'X', severity, message: 'since 2026-11-23T11:00:00.000Z', hint: 'look' }],
      rows: [],
    });
    const told = (validUntil: string): Readings => ({
      ...checks(well),
      operator: {
        data: {
          schemaVersion: 1,
          writtenAt: '2026-11-23T11:55:00.000Z',
          validUntil,
          host: 'a',
          environment: 'test',
          sections: {
            alerts: section('error'),
            kpis: section('warning'),
            backups: section('unknown'),
            incidents: section('info'),
          },
        },
      },
    });
    expect(said(told('2026-11-23T12:10:00.000Z'))).toEqual([
      'critical',
      '2 problems: Alerts, KPIs; 1 not known',
      [
        ['critical', 'Alerts', 'alerts', 'look'],
        ['warning', 'KPIs', 'kpis', 'look'],
        ['unknown', 'Backups', 'backups', 'look'],
      ],
    ]);
    expect(problemsOf(told('2026-11-23T12:10:00.000Z'), view, NOW)[0]?.evidence).toBe('since 23 Nov 2026, 12:00:00');
    expect(problemsOf(told('2026-11-23T11:59:00.000Z'), view, NOW)).toContainEqual(
      expect.objectContaining({
        severity: 'unknown',
        evidence: expect.stringContaining('last told at 23 Nov 2026, 12:55:00'),
      }),
    );
    expect(said({ ...checks(well), operator: { data: null } })[1]).toBe('No problems · 1 check well · 1 not known');
  });
});

test('the page shows every section of the contract', () => {
  expect(OPERATOR_NAMES).toEqual(OPERATOR_SECTIONS);
});

describe('figures', () => {
  const { count, percent, duration, bytes, time, zone } = view.format;

  test('carry their units', () => {
    expect([0.254, 9.9, 10, 999, 1_500, 61_000, 7_380_000, 93_600_000].map(duration)).toEqual([
      '0.25 ms',
      '9.9 ms',
      '10 ms',
      '999 ms',
      '1.5 s',
      '1 min 1 s',
      '2 h 3 min',
      '1 d 2 h',
    ]);
    expect([0, 999, 1_000, 85_300, 4.3e9].map(bytes)).toEqual(['0 B', '999 B', '1 kB', '85.3 kB', '4.3 GB']);
    expect([0.0122, 1].map(percent)).toEqual(['1.22%', '100%']);
    expect([0, 1.234, 12.34, 12_345.6].map(count)).toEqual(['0', '1.23', '12.3', '12,346']);
  });

  test('are in the language and the zone of the viewer, and none is none', () => {
    expect([time('2026-07-01T12:00:00.000Z'), zone]).toEqual(['1 Jul 2026, 14:00:00', 'Europe/Berlin']);
    const german = createFormat('de-DE', 'UTC');
    expect([german.duration(1_500), german.count(12_345.6)]).toEqual(['1,5 s', '12.346']);
    expect([count(null), percent(undefined), duration(null), time(null)]).toEqual(['–', '–', '–', '–']);
  });
});
