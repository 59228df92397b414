/** Uptime, error budget and burn rates, by hand-made histories. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { budgetMinutes, measureWindow, uptimeMetrics } from '../../src/lib/alerts/slo/objective.js';
import { openUptime, readUptime, writeUptime } from '../../src/lib/alerts/slo/store.js';
import { type Probe, probeOf, recordProbe, UptimeHistory } from '../../src/lib/alerts/slo/uptime.js';
import { HOUR_MS, MINUTE_MS, START } from '../support/alerts.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const DAY_MS = 24 * HOUR_MS;
const OBJECTIVE = { target: 0.999, windowMs: 30 * DAY_MS };

/** Probes at a pace, one sign each: `+` good, `-` bad, `?` unknown, blank: the monitor was down. */
function historyOf(signs: string, paceMs = MINUTE_MS): { history: UptimeHistory | undefined; now: Date } {
  const probes: Readonly<Record<string, Probe>> = { '+': 'good', '-': 'bad', '?': 'unknown' };
  let history: UptimeHistory | undefined;
  Array.from(signs).forEach((sign, index) => {
    const probe = probes[sign];
    if (probe) history = recordProbe(history, probe, new Date(START + index * paceMs));
  });
  return { history, now: new Date(START + (signs.length - 1) * paceMs) };
}

const metricsOf = (signs: string, paceMs?: number) => {
  const { history, now } = historyOf(signs, paceMs);
  return Object.fromEntries(
    [...uptimeMetrics(history, OBJECTIVE, now)].map(([path, value]) => [path.slice(11), value]),
  );
};

test('the budget of 99.9 % over 30 days is 43 minutes and 12 seconds', () => {
  expect(budgetMinutes(OBJECTIVE) * 60).toBeCloseTo(43 * 60 + 12, 6);
});

test.each([
  ['critical', 'bad'],
  ['warning', 'good'],
  ['healthy', 'good'],
  [null, 'unknown'],
])('system.status %s is a %s probe', (status, probe) => {
  expect(probeOf(status)).toBe(probe);
});

describe('what the history says', () => {
  test('nothing known is unknown, never 100 %', () => {
    for (const signs of [' ', '?', '?????']) {
      const { availability, coverage, budgetRemaining, burnRate1h, events1h } = metricsOf(signs);
      expect([availability, coverage, budgetRemaining, burnRate1h, events1h]).toEqual([null, 0, null, null, 0]);
    }
  });

  test('six bad minutes of an hour', () => {
    const metrics = metricsOf(`${'+'.repeat(27)}------${'+'.repeat(27)}`);
    expect(metrics.availability).toBeCloseTo(0.9, 10);
    expect(metrics.burnRate1h).toBeCloseTo(100, 6);
    expect(metrics.burnRate5m).toBe(0);
    expect(metrics.events1h).toBe(60);
    expect(metrics.events5m).toBe(5);
    expect(metrics.coverage).toBeCloseTo(60 / 43_200, 10);
    expect(metrics.budgetRemaining).toBeCloseTo(1 - 6 / 43.2, 10);
  });

  test('a budget can be overspent', () => {
    expect(metricsOf('-'.repeat(60)).budgetRemaining).toBeLessThan(0);
  });

  test('unknown time is left out, and shows in the coverage', () => {
    const { history, now } = historyOf(`++++${'?'.repeat(30)}----`);
    expect(measureWindow(history, 38, now)).toEqual({ knownMinutes: 8, badMinutes: 4, events: 8 });
  });

  test('a probe speaks for ten minutes, then nobody knows', () => {
    const { history, now } = historyOf(`-${' '.repeat(30)}+`);
    expect(measureWindow(history, 32, now)).toEqual({ knownMinutes: 12, badMinutes: 11, events: 2 });
    const later = new Date(now.getTime() + 5 * MINUTE_MS);
    expect(measureWindow(history, 5, later)).toEqual({ knownMinutes: 5, badMinutes: 0, events: 0 });
    expect(measureWindow(history, 5, new Date(now.getTime() + HOUR_MS)).knownMinutes).toBe(0);
  });

  test('a run every five minutes covers everything', () => {
    const { history, now } = historyOf('+'.repeat(50), 5 * MINUTE_MS);
    expect(measureWindow(history, 60, now)).toEqual({ knownMinutes: 60, badMinutes: 0, events: 12 });
  });

  test('several probes a minute: each counts for its share of the minute', () => {
    const { history, now } = historyOf('+++-++++', 15_000);
    expect(measureWindow(history, 2, now)).toEqual({ knownMinutes: 2, badMinutes: 0.25, events: 8 });
  });

  test('a month, a probe a minute: all windows at once', () => {
    const month = recordMonth();
    expect(month.runs.length).toBe(1);
    const metrics = uptimeMetrics(month, OBJECTIVE, new Date(START + 40 * DAY_MS - MINUTE_MS));
    expect(metrics.get('slo.uptime.coverage')).toBe(1);
    expect(metrics.get('slo.uptime.availability')).toBe(1);
    expect(metrics.get('slo.uptime.events3d')).toBe(4320);
  });
});

/** 40 days, by hand: one run each of what recording minute for minute gives. */
function recordMonth(): UptimeHistory {
  const history: UptimeHistory = { start: START / MINUTE_MS, runs: [[40 * 1440 - 1, 1, 0, 0]] };
  return recordProbe(history, 'good', new Date(START + 40 * DAY_MS - MINUTE_MS));
}

describe('the history itself', () => {
  test('31 days are kept, of the newest', () => {
    const { start, runs } = recordMonth();
    expect(runs).toEqual([[31 * 1440, 1, 0, 0]]);
    expect(start).toBe((START + 9 * DAY_MS) / MINUTE_MS);
  });

  test('a clock that is ten years ahead for once costs nothing that was known', () => {
    let { history } = historyOf('+'.repeat(100));
    const before = measureWindow(history, 100, new Date(START + 99 * MINUTE_MS));
    history = recordProbe(history, 'good', new Date(START + 3650 * DAY_MS));
    history = recordProbe(history, 'good', new Date(START + 100 * MINUTE_MS));
    expect(measureWindow(history, 101, new Date(START + 100 * MINUTE_MS)).knownMinutes).toBe(before.knownMinutes + 1);
  });

  test('is what was recorded, in whatever order of time, and always a file that can be read', () => {
    const anyProbes = fc.array(
      fc.tuple(fc.integer({ min: -200, max: 200 }), fc.constantFrom<Probe>('good', 'bad', 'unknown')),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(anyProbes, (probes) => {
        let history: UptimeHistory | undefined;
        for (const [minute, probe] of probes)
          history = recordProbe(history, probe, new Date(START + minute * MINUTE_MS));
        const counted = new Map<number, Record<Probe, number>>();
        for (const [minute, probe] of probes) {
          const counts = counted.get(minute) ?? { good: 0, bad: 0, unknown: 0 };
          counted.set(minute, { ...counts, [probe]: counts[probe] + 1 });
        }
        let minute = (history?.start ?? 0) - START / MINUTE_MS;
        const seen = new Map<number, Record<Probe, number>>();
        for (const [minutes, good, bad, unknown] of history?.runs ?? []) {
          for (let index = 0; index < minutes; index++)
            if (good + bad + unknown > 0) seen.set(minute + index, { good, bad, unknown });
          minute += minutes;
        }
        expect(seen).toEqual(new Map([...counted].sort(([one], [other]) => one - other)));
        if (history) UptimeHistory.parse(JSON.parse(JSON.stringify(history)));
      }),
    );
  });

  test('a damaged file is moved aside, with a warning', async () => {
    const directory = temporaryDirectory();
    const { history } = historyOf('++-');
    if (!history) throw new Error('nothing was recorded');
    await writeUptime(directory, history);
    expect((await readUptime(directory)).history).toEqual(history);
    writeFileSync(join(directory, 'slo', 'uptime.json'), '{"start":1');
    const opened = await openUptime(directory, new Date(START));
    expect(opened).toMatchObject({ history: undefined, findings: [{ severity: 'warning' }] });
    expect(readdirSync(join(directory, 'slo'))).toEqual(['uptime.json.corrupt-20261123T100000000Z']);
  });
});

describe('alerts slo', () => {
  const place = () => {
    const home = temporaryDirectory();
    return { directory: join(home, 'viktoria-ops', 'alerts'), options: { env: { XDG_STATE_HOME: home } } };
  };
  /** Two hours until now. */
  async function store(directory: string, signs: string): Promise<void> {
    const { history, now } = historyOf(signs);
    if (!history) throw new Error('nothing was recorded');
    const shift = Math.floor((Date.now() - now.getTime()) / MINUTE_MS);
    await writeUptime(directory, { ...history, start: history.start + shift });
  }

  test('knows nothing at first, and says so', async () => {
    const { code, stdout } = await run(['alerts', 'slo'], place().options);
    expect(code).toBe(4);
    expect(stdout).toContain('unknown');
    expect(stdout).not.toContain('100 %');
  });

  test('an outage that goes on burns the budget', async () => {
    const { directory, options } = place();
    await store(directory, `${'+'.repeat(110)}${'-'.repeat(10)}`);
    const { code, document } = await runJson(['alerts', 'slo'], options);
    expect(code).toBe(1);
    expect(document.findings.map(({ code: finding }: { code: string }) => finding)).toContain('VOPS-SLO-BURNING');
    expect(document.result.alerts[0]).toMatchObject({ factor: 14.4, state: 'burning' });
    expect(document.result.downMs).toBe(10 * MINUTE_MS);
  });

  test('too few probes tell nothing', async () => {
    const { directory, options } = place();
    await store(directory, '+-');
    const { document } = await runJson(['alerts', 'slo'], options);
    expect(document.result.alerts.map(({ state }: { state: string }) => state)).toEqual(Array(4).fill('unknown'));
  });
});
