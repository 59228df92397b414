import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import backups from '../../src/commands/backup/list.js';
import { panels } from '../../src/commands/dashboard/panels/index.js';
import { drawDashboard } from '../../src/commands/dashboard/picture.js';
import health from '../../src/commands/health.js';
import incidents from '../../src/commands/incidents/list.js';
import kpi from '../../src/commands/kpi.js';
import performance from '../../src/commands/performance/summary.js';
import queue from '../../src/commands/queue/status.js';
import type { Watched } from '../../src/lib/dashboard/index.js';
import { BEGINNING, type Ui } from '../../src/lib/dashboard/keys.js';
import { mapStrings } from '../../src/lib/redact.js';
import { STATUSES } from '../../src/lib/status.js';
import { escapeText } from '../../src/lib/terminal/escape.js';
import { createTheme } from '../../src/lib/terminal/theme.js';
import { widthOf } from '../../src/lib/terminal/width.js';
import { run, runJson } from '../support/run.js';
import { serveApi } from '../support/stub-server.js';

const database = {
  connectionPoolStatus: { active: 3, idle: 2, waiting: 0, max: 10 },
  queryPerformance: {
    averageQueryTime: 1.9,
    slowQueries: [{ query: 'select 1', calls: 3, averageTimeMs: 1200, totalTimeMs: 3600 }],
    totalQueries: 3408,
  },
  tableStatistics: [
    { table: 'matches', sizeBytes: 88_000_000, liveTuples: 9, deadTuples: 3, lastVacuum: null, lastAnalyze: null },
  ],
};
const standing = {
  rules: 27,
  evaluatedAt: '2026-11-23T02:59:00.000Z',
  firing: [{ rule: 'slow-hooks', severity: 'warning', since: '2026-11-23T02:50:00.000Z', isSilenced: false }],
};
const RESULTS: readonly unknown[] = [
  health.sample,
  performance.sample,
  queue.sample,
  database,
  standing,
  incidents.sample,
  kpi.sample,
  backups.sample,
];

const watched = (more: Partial<Watched> = {}, ui: Partial<Ui> = {}): Watched => ({
  sentence: 'all well',
  environment: 'production',
  at: '2026-11-23T03:00:02.000Z',
  ui: { ...BEGINNING, ...ui },
  panels: panels.map(({ id, title }, index) => ({
    id,
    title,
    status: 'ok',
    asOf: '2026-11-23T03:00:01.000Z',
    isStale: false,
    summary: 'seen',
    findings: [],
    result: RESULTS[index],
  })),
  ...more,
});
const draw = async (state: Watched, size = { columns: 100, rows: 30 }, color = false) => {
  const theme = await createTheme({ color, layout: 'terminal', columns: size.columns });
  return [...drawDashboard({ watched: state, panels, theme, size }).lines];
};

describe('the picture', () => {
  test('verdict first, every panel with its figures, the keys last', async () => {
    const lines = await draw(watched());
    expect(lines).toHaveLength(30);
    expect(lines[0]).toBe('OK  all well');
    for (const [index, { title }] of panels.entries()) {
      expect(lines.join('\n')).toContain(`${index + 1} ${title}  ok`);
    }
    expect(lines.at(-1)).toMatch(/^production .*q quit$/);
  });

  test('evidence and the next step below a bad verdict', async () => {
    const state = watched();
    const findings = [
      { code: 'A', severity: 'error' as const, message: 'the disk is full', hint: 'viktoria-ops logs rotate' },
      { code: 'B', severity: 'warning' as const, message: 'memory is short' },
    ];
    const bad = state.panels.map((panel, index) =>
      index === 0 ? { ...panel, status: 'failed' as const, findings } : panel,
    );
    const lines = await draw({ ...state, sentence: '2 problems: system: the disk is full', panels: bad });
    expect(lines.slice(0, 3)).toEqual([
      'FAILED  2 problems: system: the disk is full',
      '  warning: system: memory is short',
      'Next: viktoria-ops logs rotate',
    ]);
  });

  test('what could not be read again is shown with its time, and why', async () => {
    const state = watched();
    const stale = state.panels.map((panel) => ({
      ...panel,
      isStale: true,
      status: 'unknown' as const,
      summary: 'no answer in 5 s',
      error: { code: 'VOPS-API-TIMEOUT', message: 'no answer in 5 s' },
    }));
    const text = (await draw({ ...state, panels: stale })).join('\n');
    expect(text).toMatch(/3 Jobs {2}unknown {2}as of \d\d:\d\d:01, stale/);
    expect(text).toContain('no answer in 5 s');
    expect(text).toContain('12 wait');
  });

  test('a panel in full scrolls to its end and no further', async () => {
    const size = { columns: 80, rows: 16 };
    const full = await draw(watched({}, { isZoomed: true, selected: 2 }), { columns: 80, rows: 40 });
    expect(full.join('\n')).toContain('More: viktoria-ops queue status --env production');
    const scrolled = await draw(watched({}, { isZoomed: true, selected: 2, scroll: 999 }), size);
    expect(scrolled).toHaveLength(16);
    expect(scrolled.at(-2)).toContain('More: viktoria-ops queue status');
    const theme = await createTheme({ color: false, layout: 'terminal', columns: size.columns });
    const state = (scroll: number) => watched({}, { isZoomed: true, selected: 2, scroll });
    const { overscroll } = drawDashboard({ watched: state(999), panels, theme, size });
    expect(overscroll).toBeGreaterThan(900);
    expect(await draw(state(999 - overscroll), size)).toEqual(scrolled);
    expect(await draw(state(998 - overscroll), size)).not.toEqual(scrolled);
  });

  test('what was not read yet is not called good', async () => {
    const state = watched({ sentence: 'reading …' });
    const unread = state.panels.map((panel) => ({
      ...panel,
      status: 'skipped' as const,
      asOf: null,
      result: undefined,
    }));
    const lines = await draw({ ...state, panels: unread });
    expect(lines[0]).toBe('reading …');
    expect(lines.join('\n')).toContain('1 System  …');
  });

  test('pause and help', async () => {
    expect((await draw(watched({}, { isPaused: true }))).at(-1)).toContain('PAUSED');
    expect((await draw(watched({}, { isHelpShown: true }))).join('\n')).toContain('Ctrl-Z');
  });

  const FREE_TEXT =
    /^(message|summary|query|table|contentType|operation|version|environment|group|rule|title|source|id)$/;
  /** The data with this text wherever the backend may say what it likes. */
  function plant(data: unknown, text: string): unknown {
    if (Array.isArray(data)) return data.map((item) => plant(item, text));
    if (typeof data !== 'object' || data === null) return data;
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [
        key,
        typeof value === 'string' && FREE_TEXT.test(key) ? text : plant(value, text),
      ]),
    );
  }

  test('whatever the size and the data: fits the screen, and no control character but our colours', async () => {
    const ui = fc.record({
      isZoomed: fc.boolean(),
      isHelpShown: fc.boolean(),
      selected: fc.nat(7),
      scroll: fc.nat(50),
    });
    const size = fc.record({ columns: fc.integer({ min: 1, max: 220 }), rows: fc.integer({ min: 1, max: 60 }) });
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('\u001b]0;x\u0007\r\n\u202e東京'));
    await fc.assert(
      fc.asyncProperty(
        ui,
        size,
        fc.tuple(text, fc.constantFrom(...STATUSES), fc.boolean()),
        async (keys, room, data) => {
          const [planted, status, isStale] = data;
          const state = watched({}, keys);
          const findings = [{ code: 'X', severity: 'warning' as const, message: planted, hint: planted }];
          const rough = state.panels.map(({ result, ...panel }, index) => ({
            ...panel,
            status,
            isStale,
            findings,
            ...(index === keys.selected && isStale ? {} : { result: plant(result, planted) }),
          }));
          const lines = await draw(mapStrings({ ...state, sentence: planted, panels: rough }, escapeText), room, true);
          expect(lines.length).toBeLessThanOrEqual(room.rows);
          for (const line of lines) {
            expect(widthOf(line)).toBeLessThanOrEqual(room.columns);
            expect(line.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('not on a terminal', () => {
  const at = async () => ({ VIKTORIA_OPS_URL: await serveApi({ '/jobs': queue.sample, '/database': database }) });

  test('one picture, a line a fact, and an exit code', async () => {
    const { code, stdout } = await run(['dashboard'], { env: await at() });
    expect(code).toBe(4);
    expect(stdout).toMatch(/^UNKNOWN {2}dashboard: \d+ problems: /);
    expect(stdout).toContain('jobs\tok\t12 wait');
    expect(stdout).not.toMatch(/\u001b/);
  });

  test('as data: every panel, with its own error', async () => {
    const { document } = await runJson(['dashboard'], { env: await at() });
    const byId = Object.fromEntries(document.result.panels.map((panel: { id: string }) => [panel.id, panel]));
    expect(byId.jobs).toMatchObject({ status: 'ok', isStale: false, result: { queueSize: 12 } });
    expect(byId.hooks).toMatchObject({ asOf: null, error: { code: 'VOPS-API-NOT-OFFERED' } });
    expect(Object.keys(byId)).toEqual(panels.map(({ id }) => id));
  });

  test('an interval that would be an attack is refused', async () => {
    const { code, stderr } = await run(['dashboard', '--interval', '10ms']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--interval: at least 500ms') });
  });
});
