import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { changesOf, runsOf, usageOf } from '../../src/lib/flags/days.js';
import { daysFrom, effectsOf } from '../../src/lib/flags/effect.js';
import type { Flag } from '../../src/lib/flags/flag.js';
import { createTextSearch } from '../../src/lib/flags/source/references.js';
import { statesOf } from '../../src/lib/flags/states.js';

const START = '2026-09-01';
/** A day each: [evaluations, of them "on"]; null for a day without. */
const daysOf = (counts: readonly (readonly [number, number] | null)[]) =>
  counts.flatMap((count, index) =>
    count ? [{ flag: 'f', day: daysFrom(START, index), evaluations: count[0], enabledEvaluations: count[1] }] : [],
  );
const OFF = [50, 0] as const;
const ON = [50, 50] as const;
const BOTH = [50, 20] as const;

describe('what a flag says, and when that changed', () => {
  test.each([
    { name: 'never anything else', days: [OFF, OFF, OFF], changes: [] },
    { name: 'switched between two days', days: [OFF, OFF, ON], changes: ['09-03 off on'] },
    { name: 'switched within a day', days: [OFF, BOTH, ON], changes: ['09-02 off on'] },
    { name: 'nobody asked for a while', days: [OFF, null, null, ON], changes: ['09-04 off on'] },
    { name: 'rolled out step by step', days: [OFF, BOTH, BOTH, ON], changes: ['09-02 off mixed', '09-04 mixed on'] },
    { name: 'on for an hour', days: [ON, BOTH, ON], changes: ['09-02 on mixed', '09-03 mixed on'] },
    { name: 'there and back', days: [OFF, ON, ON, OFF], changes: ['09-02 off on', '09-04 on off'] },
    { name: 'under way', days: [OFF, BOTH], changes: ['09-02 off mixed'] },
    // Of a share of 40 % three "off" in a row are nothing special.
    { name: 'a share, and a quiet Sunday', days: [BOTH, [3, 0] as const, BOTH], changes: [] },
    { name: 'one question a day', days: [[1, 0] as const, [2, 1] as const, [1, 1] as const], changes: [] },
  ])('$name', ({ days, changes }) => {
    expect(changesOf(daysOf(days)).map(({ day, from, to }) => `${day.slice(5)} ${from} ${to}`)).toEqual(changes);
  });

  test('the answer that holds, and since when', () => {
    expect(usageOf(daysOf([OFF, BOTH, ON, ON]), daysFrom(START, 2))).toEqual({
      evaluations: 100,
      enabledShare: 1,
      days: 2,
      lastDay: '2026-09-04',
      answer: 'on',
      answerSince: '2026-09-03',
    });
    expect(usageOf([], START)).toMatchObject({ evaluations: 0, enabledShare: null, lastDay: null, answer: null });
  });

  test('runs hold every day once, in order, and neighbours differ; changes lead from one answer to the next', () => {
    const count = fc
      .integer({ min: 1, max: 400 })
      .chain((all) => fc.tuple(fc.constant(all), fc.integer({ min: 0, max: all })));
    const pure = fc
      .integer({ min: 1, max: 400 })
      .chain((all) => fc.constantFrom([all, 0] as const, [all, all] as const));
    fc.assert(
      fc.property(fc.array(fc.oneof(count, pure, fc.constant(null)), { maxLength: 40 }), (counts) => {
        const days = daysOf(counts);
        const runs = runsOf(days);
        expect(runs.flatMap((run) => run.days)).toEqual(days);
        const changes = changesOf(days);
        for (const [index, run] of runs.entries()) expect(run.answer).not.toBe(runs[index + 1]?.answer);
        for (const [index, change] of changes.entries()) {
          expect(change.from).not.toBe(change.to);
          if (index > 0) expect(change.from).toBe(changes[index - 1]?.to);
        }
      }),
    );
  });
});

/** Runs of two hooks on each day, the mean of both times a factor. */
const hooksOf = (days: number, factorAt: (index: number) => number, failedAt = (_index: number) => 0) =>
  Array.from({ length: days }, (_, index) => {
    const wave = 1 + 0.03 * Math.sin(index * 2.4);
    // Busy days have more of the slow hook: the plain mean goes up and down by a half.
    const slow = 100 + 80 * (index % 5);
    const day = daysFrom(START, index);
    return [
      { day, hook: 'fast', executions: 1000, failed: failedAt(index), totalMs: 1000 * 2 * wave * factorAt(index) },
      { day, hook: 'slow', executions: slow, failed: 0, totalMs: slow * 90 * wave * factorAt(index) },
    ];
  }).flat();

describe('what a change did', () => {
  const change = { flag: 'f', day: daysFrom(START, 15), from: 'off', to: 'on' } as const;
  const options = { today: daysFrom(START, 31), least: { duration: 0.1, errorRate: 0.005 }, others: [change] };
  const judged = (hooks: ReturnType<typeof hooksOf>, more: Partial<typeof options> = {}) =>
    effectsOf(change, hooks, { ...options, ...more });
  const from15 = (index: number, factor: number) => (index >= 15 ? factor : 1);

  test('slower by a quarter, whatever the mix of hooks; errors as before', () => {
    const [duration, errors] = judged(hooksOf(31, (index) => from15(index, 1.25)));
    expect(duration).toMatchObject({ verdict: 'worse', daysBefore: 14, daysAfter: 14 });
    expect(duration?.change).toBeCloseTo(0.25, 1);
    expect(errors).toMatchObject({ verdict: 'no_difference', change: 0 });
  });

  test('faster; and fewer errors', () => {
    const hooks = hooksOf(
      31,
      (index) => from15(index, 0.7),
      (index) => (index >= 15 ? 1 : 40),
    );
    expect(judged(hooks).map(({ verdict }) => verdict)).toEqual(['better', 'better']);
  });

  test('clear, but less than counts; large, but by one day only', () => {
    expect(judged(hooksOf(31, (index) => from15(index, 1.07)))[0]).toMatchObject({ verdict: 'no_difference' });
    expect(judged(hooksOf(31, (index) => (index === 20 ? 30 : 1)))[0]).toMatchObject({ verdict: 'no_difference' });
  });

  test('four days are too few; so are those up to the next change of the flag', () => {
    const hooks = hooksOf(31, (index) => from15(index, 3));
    expect(judged(hooks, { today: daysFrom(START, 20) })[0]).toEqual({
      metric: 'duration',
      verdict: 'insufficient_data',
      daysBefore: 14,
      daysAfter: 4,
      change: null,
      p: null,
    });
    const next = { ...change, day: daysFrom(START, 18) };
    expect(judged(hooks, { others: [change, next] })[0]).toMatchObject({ verdict: 'insufficient_data', daysAfter: 2 });
    const before = { ...change, day: daysFrom(START, 12) };
    expect(judged(hooks, { others: [before, change] })[0]).toMatchObject({ daysBefore: 2 });
    expect(judged([], {})[0]).toMatchObject({ verdict: 'insufficient_data', daysBefore: 0, daysAfter: 0 });
  });

  test('a common scale of all durations changes no verdict', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (scale, factor) => {
          const one = judged(hooksOf(31, (index) => from15(index, factor)))[0];
          const other = judged(hooksOf(31, (index) => scale * from15(index, factor)))[0];
          expect(other?.change).toBeCloseTo(one?.change ?? Number.NaN, 6);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('states', () => {
  const flag = {
    name: 'f',
    known: true,
    lastEvaluation: null,
    usage: null,
    expires: null,
    references: null,
  } as unknown as Flag & {
    known: boolean | null;
  };
  const options = { today: '2026-11-20', staleAfterDays: 30, rememberedSince: '2026-01-01' };
  const usage = { answer: 'on', answerSince: '2026-10-21', lastDay: '2026-11-19' };
  test.each([
    { name: 'nothing known', given: {}, states: [] },
    { name: 'stale to the day', given: { usage }, states: ['stale'] },
    { name: 'a day short of stale', given: { usage: { ...usage, answerSince: '2026-10-22' } }, states: [] },
    { name: 'a share', given: { usage: { ...usage, answer: 'mixed' } }, states: [] },
    { name: 'not asked for', given: { usage: { ...usage, lastDay: '2026-10-20' } }, states: ['unused'] },
    {
      name: 'never asked for',
      given: { usage: { answer: null, answerSince: null, lastDay: null } },
      states: ['unused'],
    },
    { name: 'due today', given: { expires: '2026-11-20' }, states: [] },
    { name: 'due yesterday', given: { expires: '2026-11-19' }, states: ['expired'] },
    { name: 'named nowhere', given: { references: { count: 0, places: [] } }, states: ['dead'] },
    {
      name: 'named nowhere, and yet asked for',
      given: { references: { count: 0, places: [] }, lastEvaluation: '2026-11-19T10:00:00.000Z' },
      states: [],
    },
    { name: 'named', given: { references: { count: 2, places: [] } }, states: [] },
    { name: 'defined nowhere', given: { known: false, references: { count: 0, places: [] } }, states: ['undefined'] },
  ])('$name', ({ given, states }) => {
    expect(statesOf({ ...flag, ...given } as typeof flag, options)).toEqual(states);
  });

  test('a young history proves no disuse', () => {
    const unasked = { ...flag, usage: { ...usage, answer: null, answerSince: null, lastDay: null } } as typeof flag;
    expect(statesOf(unasked, { ...options, rememberedSince: '2026-11-01' })).toEqual([]);
    expect(statesOf(unasked, { ...options, rememberedSince: null })).toEqual([]);
  });
});

describe('source text', () => {
  const search = createTextSearch(new Set(['new-table', 'darkMode', 'x']), [String.raw`hasFeature\(\s*'([^']+)'`]);
  const names = (text: string) => {
    const { known, unknown, dynamicLines } = search(text);
    const show = (found: typeof known) => found.map(({ name, line }) => `${name}:${line}`);
    return { known: show(known), unknown: show(unknown), dynamicLines };
  };
  test.each([
    { text: "client.getBooleanValue('new-table', false)", known: ['new-table:1'] },
    { text: "await client.getBooleanDetails(\n  'new-table',\n)", known: ['new-table:2'] },
    { text: 'client.getObjectValue<Map<string, X[]>>("new-table", {})', known: ['new-table:1'] },
    { text: 'if (flags.isEnabled(`new-table`)) {}', known: ['new-table:1'] },
    { text: 'const { darkMode } = 1; featureFlags.darkMode && featureFlags?.darkMode', known: ['darkMode:1'] },
    { text: 'flags[\'new-table\']; flags["x"]', known: ['new-table:1', 'x:1'] },
    { text: "const NAMES = ['new-table', 'other'];", known: ['new-table:1'] },
    { text: "// don't 'new-table'", known: ['new-table:1'] },
    { text: "hasFeature('x')\r\nhasFeature('z')", known: ['x:1'], unknown: ['z:2'] },
    {
      text: "isEnabled('gone'); featureFlags.gone2; featureFlags['gone 3']",
      unknown: ['gone:1', 'gone 3:1', 'gone2:1'],
    },
    { text: "strapi.features.isEnabled('sso'); strapi.features.future.isEnabled('y')", unknown: [] },
    { text: "flags['other']; featureFlags.isEnabled('x')", known: ['x:1'] },
    {
      text: `isEnabled(name)\nisEnabled(\`a-\${b}\`)\nisEnabled(user.flag)\nfeatureFlags[name]`,
      dynamicLines: [1, 2, 3, 4],
    },
    { text: 'function isEnabled(name) {}\nbutton.isEnabled()', dynamicLines: [] },
    { text: 'a new-table in prose, and newtable', known: [] },
  ])('$text', ({ text, known = [], unknown = [], dynamicLines = [] }) => {
    expect(names(text)).toEqual({ known, unknown, dynamicLines });
  });

  test('text of any kind takes no time worth mentioning and is never misread as a line that is not there', () => {
    const hostile = [
      `isEnabled(${' '.repeat(100_000)}`,
      `getBooleanValue<${'a'.repeat(100_000)}`,
      `'${"a'".repeat(50_000)}`,
      `featureFlags.${'a'.repeat(100_000)}(`,
    ];
    for (const text of hostile) expect(search(text).unknown.length).toBeLessThanOrEqual(1);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (before, after) => {
        const text = `${before}\nisEnabled('gone')\n${after}`;
        const line = before.split('\n').length + 1;
        expect(search(text).unknown).toEqual(expect.arrayContaining([{ name: 'gone', line }]));
      }),
    );
  });
});
