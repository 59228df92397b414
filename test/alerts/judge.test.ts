import { describe, expect, test } from '@jest/globals';
import { judgeRule } from '../../src/lib/alerts/judge.js';
import type { Rule } from '../../src/lib/alerts/rule.js';
import { parseCondition, type Value } from '../../src/lib/conditions/index.js';
import { vocabulary } from '../../src/lib/metrics/index.js';

const rule = (condition: string, more: Partial<Rule> & { readonly clearText?: string } = {}): Rule => ({
  name: 'r',
  severity: 'warning',
  condition: parseCondition(condition, vocabulary),
  clear: more.clearText === undefined ? undefined : parseCondition(more.clearText, vocabulary),
  channels: [],
  cooldownMs: 0,
  forMs: 0,
  keepFiringForMs: 0,
  minSamples: new Map(),
  confidence: undefined,
  noData: 'keep',
  noDataForMs: 0,
  inhibitedBy: [],
  escalate: undefined,
  kind: 'state',
  description: undefined,
  runbook: undefined,
  ...more,
});

const judge = (judged: Rule, values: Readonly<Record<string, Value>>) =>
  judgeRule(judged, new Map(Object.entries(values)));

const runs = (failed: number, all: number) => ({ 'hooks.errorRate': failed / all, 'hooks.totalExecutions': all });

test('without demands: the condition, and its end', () => {
  expect(judge(rule('hooks.errorRate > 1%'), runs(1, 2))).toEqual({ truth: true, clears: false });
  expect(judge(rule('hooks.errorRate > 1%'), runs(0, 2))).toEqual({ truth: false, clears: true });
  expect(judge(rule('hooks.errorRate > 1%'), {})).toEqual({ truth: null, clears: null });
});

test('a clear of its own', () => {
  const hysteresis = rule('hooks.errorRate > 2%', { clearText: 'hooks.errorRate < 1%' });
  expect(judge(hysteresis, { 'hooks.errorRate': 0.015 })).toEqual({ truth: false, clears: false });
  expect(judge(hysteresis, { 'hooks.errorRate': 0.005 })).toEqual({ truth: false, clears: true });
});

describe('too few samples', () => {
  const demanding = rule("hooks.errorRate > 1% or system.status == 'critical'", {
    minSamples: new Map([['hooks.totalExecutions', 20]]),
  });

  test.each([
    [runs(1, 19), null],
    [runs(1, 20), true],
    [{ 'hooks.errorRate': 0.5 }, null],
    [{ 'hooks.errorRate': 0.5, 'hooks.totalExecutions': null }, null],
  ])('%j', (values, truth) => {
    expect(judge(demanding, { 'system.status': 'healthy', ...values }).truth).toBe(truth);
  });

  test('say nothing about the other metrics', () => {
    expect(judge(demanding, { 'system.status': 'critical', ...runs(0, 1) }).truth).toBe(true);
  });
});

describe('shares are proven', () => {
  const sure = { confidence: 0.95 } as const;

  test.each([
    ['hooks.errorRate > 1%', 1, 50, false],
    ['hooks.errorRate > 1%', 3, 50, true],
    ['hooks.errorRate > 1%', 1, 3, true],
    ['hooks.errorRate > 1%', 0, 50, false],
    ['hooks.errorRate > 5%', 5, 50, false],
    ['hooks.errorRate < 5%', 0, 10, false],
    ['hooks.errorRate < 5%', 0, 100, true],
    ['not hooks.errorRate <= 1%', 1, 50, false],
    ['not hooks.errorRate <= 1%', 3, 50, true],
  ])('%s with %d failures of %d', (text, failed, all, truth) => {
    expect(judge(rule(text, sure), runs(failed, all)).truth).toBe(truth);
  });

  test('the interval is that of Wilson: 3 of 50 is 2.06 % to 16.22 %', () => {
    const between = (low: number, high: number) =>
      judge(rule(`hooks.errorRate > ${low}% and hooks.errorRate < ${high}%`, sure), runs(3, 50)).truth;
    expect(between(2.06, 16.23)).toBe(true);
    expect(between(2.07, 16.23)).toBe(false);
    expect(between(2.06, 16.21)).toBe(false);
  });

  test('unknown is not undecided', () => {
    const text = 'hooks.errorRate > 1% or monitoring.available';
    expect(judge(rule(text, sure), runs(1, 50)).truth).toBeNull();
    expect(judge(rule(text, sure), { ...runs(1, 50), 'monitoring.available': false }).truth).toBe(false);
    expect(judge(rule(text, sure), { 'hooks.errorRate': 0.5 }).truth).toBeNull();
  });

  test('figures that are no share of samples are taken as they are', () => {
    expect(judge(rule('host.memoryUsage > 80%', sure), { 'host.memoryUsage': 0.81 }).truth).toBe(true);
    expect(judge(rule('hooks.p95 > 100ms', sure), { 'hooks.p95': 101 }).truth).toBe(true);
  });
});
