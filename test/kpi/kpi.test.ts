import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recordProbe, type UptimeHistory, writeUptime } from '../../src/lib/alerts/slo/index.js';
import type { KpiReport } from '../../src/lib/kpi/index.js';
import { KPIS } from '../../src/lib/kpi/kpis.js';
import { useInstallation } from '../support/backend.js';
import { run, runJson } from '../support/run.js';

const installation = useInstallation();

async function kpi(config: string, ...argv: string[]) {
  const { document, code } = await runJson(['kpi', '--config', config, ...argv]);
  const report: KpiReport = document.result;
  return { code, document, report, of: (id: string) => report.kpis.find((one) => one.id === id) };
}

describe('on the sample backend', () => {
  test('before any check ran: what is measured is, what is not says what it lacks', async () => {
    const { report, document, of, code } = await kpi(installation.config);
    expect(report.kpis.map(({ id }) => id)).toEqual(KPIS.map(({ id }) => id));
    expect(code).toBe(0);
    expect(of('hookSuccessRate')).toMatchObject({
      value: expect.any(Number),
      samples: expect.any(Number),
      coverage: expect.any(Number),
      target: 0.99,
    });
    expect(of('queueBacklog')).toMatchObject({ value: expect.any(Number), samples: 1, verdict: 'met' });
    expect(of('responseTimeMs')).toMatchObject({ source: 'one request, now', samples: 1 });
    for (const id of ['dataConsistency', 'validationAccuracy', 'calculationCorrectness', 'userSatisfaction']) {
      expect(of(id)).toMatchObject({ value: null, verdict: 'unknown', hint: expect.stringMatching(/integrity/) });
    }
    expect(document.findings).toContainEqual(
      expect.objectContaining({ code: 'VOPS-KPI-UNMEASURED', severity: 'warning' }),
    );
  });

  test('after the integrity checks the business KPIs stand on their rows, satisfaction on the journeys', async () => {
    const config = installation.variant('football.json', { integrity: { preset: 'football' } });
    await run(['integrity', 'check', '--config', config]);
    const { of } = await kpi(config);
    for (const id of ['dataConsistency', 'validationAccuracy', 'calculationCorrectness']) {
      expect(of(id)).toMatchObject({ value: 1, coverage: 1, verdict: 'met', samples: expect.any(Number) });
    }
    expect(of('userSatisfaction')).toMatchObject({ value: 1, samples: 3, source: 'Apdex (500 ms) of the journeys' });
    expect(of('responseTimeMs')).toMatchObject({ samples: 3, source: 'requests of the journeys' });
  });

  test('the trend is against the window before, of the same length', async () => {
    const file = join(installation.directory, 'state/kpi/default.json');
    const [first] = JSON.parse(readFileSync(file, 'utf8'));
    const dayAgo = new Date(Date.now() - 25 * 3_600_000).toISOString();
    writeFileSync(
      file,
      JSON.stringify([{ ...first, at: dayAgo, values: { ...first.values, hookExecutionTimeMs: 0.001 } }]),
    );
    const { of } = await kpi(installation.config);
    expect(of('hookExecutionTimeMs')).toMatchObject({ previous: 0.001, trend: 'worse' });
    const other = await kpi(installation.config, '--window', '1h');
    expect(other.of('hookExecutionTimeMs')).toMatchObject({ previous: null, trend: null });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(3);
    await kpi(installation.config);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(3);
  });

  test('the uptime is that of the probes, over its own window', async () => {
    expect((await kpi(installation.config)).of('uptime')).toMatchObject({
      verdict: 'unknown',
      hint: expect.stringContaining('alerts check'),
    });
    const now = Date.now();
    const probes = Array.from(
      { length: 60 },
      (_, minute) => [minute === 30 ? 'bad' : 'good', new Date(now - minute * 60_000)] as const,
    );
    const history = probes.reduceRight<UptimeHistory | undefined>(
      (before, [probe, at]) => recordProbe(before, probe, at),
      undefined,
    );
    if (history) await writeUptime(join(installation.directory, 'state/alerts'), history);
    const { of } = await kpi(installation.config, '--uptime-window', '2h');
    expect(of('uptime')).toMatchObject({ value: 1 - 1 / 60, samples: 60, coverage: 0.5, verdict: 'missed' });
  });

  test('a target that is missed is a warning with the place to look', async () => {
    const config = installation.variant('strict.json', { kpis: { hookExecutionTimeMs: { target: 0.0001 } } });
    const { document, of } = await kpi(config);
    expect(of('hookExecutionTimeMs')).toMatchObject({ verdict: 'missed' });
    expect(document.findings).toContainEqual(
      expect.objectContaining({
        code: 'VOPS-KPI-MISSED',
        severity: 'warning',
        message: expect.stringContaining('(kpis.hookExecutionTimeMs.target)'),
      }),
    );
  });

  test.each([
    ['a value and its samples', 'select 0.97 as value, 200 as samples;', { value: 0.97, samples: 200, verdict: 'met' }],
    ['a value alone', 'select 0.5 as value', { value: 0.5, samples: null, verdict: 'missed' }],
    ['no share', 'select 97 as value', { verdict: 'unknown', source: 'the query gave 97' }],
    ['nothing', 'select 1 as value where false', { verdict: 'unknown', source: 'the query gave no value' }],
    ['something that writes', 'delete from players returning 1 as value', { verdict: 'unknown' }],
  ])('satisfaction by a query: %s', async (_, sql, expected) => {
    const config = installation.variant('sql.json', { kpis: { userSatisfaction: { sql } } });
    expect((await kpi(config)).of('userSatisfaction')).toMatchObject(expected);
  });
});

test('with nothing in reach nothing is shown as good', async () => {
  const config = installation.variant('nowhere.json', { app: { url: 'http://127.0.0.1:1' } });
  const { code, document, report } = await kpi(config, '--window', '3h');
  expect(code).toBe(4);
  expect(report.kpis.filter(({ group, verdict }) => group !== 'business' && verdict === 'met')).toEqual([]);
  expect(document.findings).toContainEqual(
    expect.objectContaining({
      code: 'VOPS-KPI-NO-VERDICT',
      severity: 'unknown',
      message: expect.stringContaining('Error rate, Memory usage, Hook execution time'),
    }),
  );
});

test('a history that is damaged is none', async () => {
  const file = join(installation.directory, 'state/kpi/default.json');
  mkdirSync(join(installation.directory, 'state/kpi'), { recursive: true });
  writeFileSync(file, '[{"at":"2026-');
  expect((await kpi(installation.config)).of('queueBacklog')).toMatchObject({ previous: null, verdict: 'met' });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1);
});
