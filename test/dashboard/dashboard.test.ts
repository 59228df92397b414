import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import type { Screen } from '../../src/lib/context.js';
import {
  definePanel,
  type Panel,
  type PanelReport,
  problemsOf,
  showDashboard,
  type Watched,
} from '../../src/lib/dashboard/index.js';
import { BEGINNING, press, type Ui } from '../../src/lib/dashboard/keys.js';
import { reread, staleIfOlder, unread } from '../../src/lib/dashboard/panel.js';
import { sentenceOf } from '../../src/lib/dashboard/problems.js';
import { OperatorError } from '../../src/lib/errors.js';
import type { StepReport } from '../../src/lib/pipeline.js';
import { conclude, type Finding } from '../../src/lib/status.js';
import { testContext } from '../support/context.js';

const NOW = new Date('2026-11-23T03:00:00.000Z');

describe('keys', () => {
  const after = (...keys: readonly string[]) => keys.reduce((ui, key) => press(ui, key, 8), BEGINNING);

  test.each<[readonly string[], Partial<Ui>]>([
    [['q'], { isOver: true }],
    [['ctrl-c'], { isOver: true }],
    [['p'], { isPaused: true }],
    [['p', 'p'], { isPaused: false }],
    [['r', 'r'], { refreshes: 2 }],
    [['3'], { selected: 2, isZoomed: true }],
    [['3', '3'], { selected: 2, isZoomed: false }],
    [['3', '5'], { selected: 4, isZoomed: true }],
    [['9'], { selected: 0, isZoomed: false }],
    [['left'], { selected: 7 }],
    [['right', 'return'], { selected: 1, isZoomed: true }],
    [['down', 'down', 'up'], { selected: 1, scroll: 0 }],
    [['2', 'down', 'pagedown', 'up'], { selected: 1, scroll: 10 }],
    [['2', 'down', 'right'], { selected: 2, scroll: 0 }],
    [['2', 'up'], { scroll: 0 }],
    [['2', 'escape'], { selected: 1, isZoomed: false }],
    [['?'], { isHelpShown: true }],
    [['?', '3'], { isHelpShown: false, isZoomed: false }],
    [['?', 'q'], { isOver: true }],
    [['f12', 'é', ''], BEGINNING],
  ])('%j', (keys, ui) => {
    expect(after(...keys)).toMatchObject(ui);
  });
});

const finding = (code: string, severity: Finding['severity'], message: string): Finding => ({
  code,
  severity,
  message,
});
const report = (id: string, more: Partial<PanelReport> = {}): PanelReport => ({
  ...unread({ id, title: id }),
  status: 'ok',
  asOf: NOW.toISOString(),
  ...more,
});

describe('problems', () => {
  test('the worst first, every cause once, notes are none', () => {
    const problems = problemsOf([
      report('a', { findings: [finding('X', 'warning', 'slow'), finding('Y', 'info', 'noted')] }),
      report('b', { findings: [finding('X', 'warning', 'slow'), finding('Z', 'error', 'broken')] }),
    ]);
    expect(problems.map(({ message }) => message)).toEqual(['b: broken', 'a, b: slow']);
  });

  test('what several panels cannot reach is said once, however each puts it', () => {
    const error = { code: 'VOPS-API-UNREACHABLE', message: 'refused' };
    const problems = problemsOf([
      report('a', { findings: [finding('VOPS-API-UNREACHABLE', 'unknown', 'application: refused')] }),
      report('b', { status: 'unknown', error }),
    ]);
    expect(problems).toHaveLength(1);
  });

  test.each<[string, readonly PanelReport[], string]>([
    ['before the first answers', [unread({ id: 'a', title: 'A' })], 'reading …'],
    ['all well', [report('a')], 'all well'],
    ['one', [report('a', { findings: [finding('X', 'error', 'broken')] })], '1 problem: a: broken'],
  ])('%s', (_, panels, sentence) => {
    expect(sentenceOf(panels, problemsOf(panels))).toBe(sentence);
  });
});

test('a reading that brings nothing leaves what was known, and marks it', () => {
  const step: StepReport = { id: 'a', status: 'ok', durationMs: 1, summary: 's', findings: [], result: 1 };
  const good = reread(unread({ id: 'a', title: 'A' }), step, NOW);
  expect(good).toMatchObject({ asOf: NOW.toISOString(), isStale: false, result: 1 });
  const { result: _, ...none } = step;
  const error = { code: 'VOPS-API-TIMEOUT', message: 'no answer' };
  const bad = reread(good, { ...none, status: 'unknown', summary: 'no answer', error }, new Date(0));
  expect(bad).toMatchObject({ asOf: NOW.toISOString(), isStale: true, result: 1, status: 'unknown', error });
  expect(reread(bad, step, NOW)).not.toHaveProperty('error');
});

test.each([
  [5_000, false],
  [5_001, true],
])('a result that is %d ms old, of 5 s that it may be: stale is %p', (ageMs, isStale) => {
  expect(staleIfOlder(5_000, report('a'), new Date(+NOW + ageMs)).isStale).toBe(isStale);
});

describe('watching', () => {
  const panelOf = (id: string, run: Panel['source']['run']): Panel =>
    definePanel({
      id,
      title: id,
      source: { flags: z.object({}), run, summary: () => 'seen', view: () => '' },
      given: {},
      more: '',
      everyMs: 0,
      lines: () => [],
    });

  /** A screen that answers every picture with the keys it is given. */
  function watchWith(
    respond: (watched: Watched) => string | undefined,
    overscroll: (ui: Ui) => number = () => 0,
  ): Screen {
    let tell: (key: string) => void = () => {};
    return {
      draw: async (state) => {
        const key = respond(state as Watched);
        if (key !== undefined) tell(key);
        return overscroll((state as Watched).ui);
      },
      onKey: (listener) => {
        tell = listener;
      },
    };
  }
  const flags = { interval: 500, once: false };

  test('a panel that hangs keeps no other waiting, and not the end either', async () => {
    const pictures: Watched[] = [];
    const screen = watchWith((watched) => {
      pictures.push(watched);
      return watched.panels[1]?.asOf ? 'q' : undefined;
    });
    const hangs = panelOf(
      'hangs',
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const works = panelOf('works', async () => conclude({ n: 1 }));
    const context = testContext({ screen: async () => screen, env: {} });
    const { result, status } = await showDashboard(context, flags, [hangs, works]);
    expect(status).toBe('ok');
    expect(result.panels.map(({ asOf }) => asOf !== null)).toEqual([false, true]);
    expect(pictures[0]?.sentence).toBe('reading …');
  });

  test('paused, nothing is read; r reads all the same', async () => {
    let reads = 0;
    const keys = ['p', undefined, undefined, 'r'];
    const screen = watchWith(() => (reads > 1 ? 'q' : keys.shift()));
    const panel = panelOf('counts', async () => conclude({ reads: ++reads }));
    await showDashboard(testContext({ screen: async () => screen, env: {} }), flags, [panel]);
    expect(reads).toBe(2);
    expect(keys).toEqual([]);
  });

  test('keys beyond the end of a panel need not be taken back', async () => {
    const LONGEST = 3;
    const keys = ['1', ...Array.from({ length: 9 }, () => 'down'), 'up', 'q'];
    const scrolled: number[] = [];
    const screen = watchWith(
      ({ ui }) => {
        scrolled.push(ui.scroll);
        return keys.shift();
      },
      ({ scroll }) => Math.max(0, scroll - LONGEST),
    );
    const panel = panelOf('long', async () => conclude({ n: 1 }));
    await showDashboard(testContext({ screen: async () => screen, env: {} }), flags, [panel]);
    expect(Math.max(...scrolled)).toBeLessThanOrEqual(LONGEST + 1);
    expect(scrolled.at(-1)).toBe(LONGEST - 1);
  });

  test('a signal ends it with its reason, and a bug in a panel is one panel’s', async () => {
    const controller = new AbortController();
    const screen = watchWith(({ panels }) => {
      if (panels[0]?.error?.code === 'VOPS-INTERNAL') controller.abort(new OperatorError('VOPS-SIGTERM', 'enough'));
      return undefined;
    });
    const broken = panelOf('broken', async () => {
      throw new TypeError('ours');
    });
    const context = testContext({ screen: async () => screen, signal: controller.signal, env: {} });
    await expect(showDashboard(context, flags, [broken])).rejects.toThrow('enough');
  });
});

test('no key leaves the panels there are', () => {
  const key = fc.constantFrom(...'123456789pr?'.split(''), 'left', 'right', 'up', 'down', 'return', 'escape', 'pageup');
  fc.assert(
    fc.property(fc.array(key), fc.integer({ min: 1, max: 9 }), (keys, count) => {
      const ui = keys.reduce((before, each) => press(before, each, count), BEGINNING);
      expect(ui.selected).toBeGreaterThanOrEqual(0);
      expect(ui.selected).toBeLessThan(count);
      expect(ui.scroll).toBeGreaterThanOrEqual(0);
    }),
  );
});
