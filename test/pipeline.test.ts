import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type Command, defineCommand } from '../src/lib/command.js';
import type { Context } from '../src/lib/context.js';
import { OperatorError } from '../src/lib/errors.js';
import { selectSteps } from '../src/lib/maintenance/selection.js';
import { runSteps, type Step, step } from '../src/lib/pipeline.js';
import { conclude, type Finding, foldParts, type Status, worstOf } from '../src/lib/status.js';
import { testContext } from './support/context.js';

const finding = (severity: Finding['severity']): Finding => ({ code: 'VOPS-TEST', severity, message: 'm' });

/** A command that does what the test says. */
const command = (run: (context: Context) => Promise<Finding[]>): Command<object, { done: boolean }> =>
  defineCommand({
    flags: z.object({}),
    result: z.object({ done: z.boolean() }),
    run: async (context) => conclude({ done: true }, await run(context)),
    summary: () => 'done',
    view: () => '',
    examples: [],
    sample: { done: true },
  });

const good = command(async () => []);
const bad = command(async () => [finding('error')]);
const throwing = (error: unknown) => command(() => Promise.reject(error));
const options = { selection: new Map(), timeoutMs: 5_000 };
const statuses = async (steps: Step[], context = testContext()) =>
  Object.fromEntries((await runSteps(context, steps, options)).map(({ id, status }) => [id, status]));

describe('a pipeline', () => {
  test('a failed step never hides later ones; its dependants are skipped with the reason', async () => {
    const reports = await runSteps(
      testContext(),
      [
        step('a', bad, {}),
        step('b', good, {}, { requires: ['a'] }),
        step('c', good, {}, { requires: ['b'] }),
        step('d', good, {}),
      ],
      options,
    );
    expect(reports.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'failed'],
      ['b', 'skipped'],
      ['c', 'ok'],
      ['d', 'ok'],
    ]);
    expect(reports[1]?.reason).toBe('because a failed: done');
  });

  test.each<[string, unknown, Status, string]>([
    [
      'unreachable',
      new OperatorError('VOPS-API-UNREACHABLE', 'refused', { hint: 'start it' }),
      'unknown',
      'VOPS-API-UNREACHABLE',
    ],
    ['a failed tool', new OperatorError('VOPS-TOOL-FAILED', 'exit 1'), 'failed', 'VOPS-TOOL-FAILED'],
    ['a bug', new TypeError('x is not a function'), 'failed', 'VOPS-INTERNAL'],
    ['not even an error', 'text', 'failed', 'VOPS-INTERNAL'],
  ])('an error becomes a report: %s', async (_, error, status, code) => {
    const [report] = await runSteps(testContext(), [step('a', throwing(error), {})], options);
    expect(report).toMatchObject({ status, error: { code } });
  });

  test('independent steps run side by side, dependants after', async () => {
    const events: string[] = [];
    const noted = (id: string) =>
      command(async () => {
        events.push(`${id}+`);
        await sleep(20);
        events.push(`${id}-`);
        return [];
      });
    await statuses([
      step('a', noted('a'), {}),
      step('b', noted('b'), {}),
      step('c', noted('c'), {}, { requires: ['a', 'b'] }),
    ]);
    expect(events.slice(0, 2)).toEqual(['a+', 'b+']);
    expect(events.slice(-2)).toEqual(['c+', 'c-']);
  });

  test('a step over its time is told so and failed; the others go on', async () => {
    const waiting = command(async ({ signal }) => {
      await sleep(60_000, undefined, { signal });
      return [];
    });
    const reports = await runSteps(
      testContext(),
      [step('slow', waiting, {}, { timeoutMs: 30 }), step('b', good, {})],
      options,
    );
    expect(reports).toMatchObject([{ status: 'failed', error: { code: 'VOPS-STEP-TIMEOUT' } }, { status: 'ok' }]);
  });

  test('an aborted run interrupts what runs and skips the rest', async () => {
    const controller = new AbortController();
    const context = testContext({ signal: controller.signal });
    const interrupted = command(async ({ signal }) => {
      setTimeout(() => controller.abort(new OperatorError('VOPS-SIGINT', 'interrupted by SIGINT')), 10);
      await sleep(60_000, undefined, { signal });
      return [];
    });
    const steps = [step('a', interrupted, {}), step('b', good, {}, { requires: ['a'] })];
    expect(await statuses(steps, context)).toEqual({ a: 'interrupted', b: 'skipped' });
  });
});

describe('which steps run', () => {
  const steps = ['a', 'b', 'c'].map((id) => step(id, good, {}));
  const skipped = (flags: Parameters<typeof selectSteps>[1], last?: Parameters<typeof selectSteps>[2]) => [
    ...selectSteps(steps, flags, last).keys(),
  ];
  const report = (id: string, status: Status) => ({ id, status, durationMs: 1, summary: '', findings: [] });

  test.each<[string, Parameters<typeof selectSteps>[1], string[]]>([
    ['all', { resume: false }, []],
    ['--only', { only: ['b'], resume: false }, ['a', 'c']],
    ['--skip', { skip: ['b'], resume: false }, ['b']],
    ['--from', { from: 'c', resume: false }, ['a', 'b']],
    ['--from with --skip', { from: 'b', skip: ['c'], resume: false }, ['a', 'c']],
  ])('%s', (_, flags, expected) => {
    expect(skipped(flags)).toEqual(expected);
  });

  test('--resume takes over only what went well', () => {
    const last = [report('a', 'ok'), report('b', 'failed'), report('c', 'skipped')];
    expect(skipped({ resume: true }, last)).toEqual(['a']);
  });

  test('--resume after a run that went well is the next run', () => {
    const last = [report('a', 'ok'), report('b', 'warning'), report('c', 'ok')];
    expect(skipped({ resume: true }, last)).toEqual([]);
    expect(skipped({ resume: true, skip: ['a'] }, last)).toEqual(['a']);
  });

  test('a step that is not there is refused with a suggestion', () => {
    expect(() => skipped({ only: ['bb'], resume: false })).toThrow('there is no step "bb"');
  });
});

describe('how verdicts combine', () => {
  test.each<[Status[], Status]>([
    [[], 'ok'],
    [['ok', 'skipped'], 'ok'],
    [['ok', 'warning'], 'warning'],
    [['ok', 'failed'], 'partial'],
    [['failed', 'failed'], 'failed'],
    [['unknown', 'unknown'], 'unknown'],
    [['unknown', 'skipped'], 'unknown'],
    [['ok', 'unknown'], 'unknown'],
    [['failed', 'unknown'], 'failed'],
    [['partial', 'failed'], 'partial'],
    [['ok', 'interrupted'], 'interrupted'],
  ])('%j is %s', (parts, whole) => {
    expect(foldParts(parts)).toBe(whole);
  });

  test('unknown is worse than a warning and never good', () => {
    expect(worstOf(['ok', 'unknown', 'warning'])).toBe('unknown');
  });
});
