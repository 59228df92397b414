/** Alerts without rules files: rules and evaluations made by hand. */

import {
  type AlertState,
  type Evaluated,
  type Evaluation,
  evaluateRules,
  initialState,
} from '../../src/lib/alerts/engine/index.js';
import { AlertEvent, type Notification } from '../../src/lib/alerts/event.js';
import type { Rule } from '../../src/lib/alerts/rule.js';
import type { Condition, Truth, Value } from '../../src/lib/conditions/index.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const START = Date.parse('2026-11-23T10:00:00Z');

/** `path > limit`. */
export const above = (path: string, limit: number): Condition => ({
  text: `${path} > ${limit}`,
  expression: { type: '>', left: { type: 'metric', path }, right: { type: 'number', value: limit } },
  paths: [path],
});

export const ruleOf = (rule: Partial<Rule> = {}): Rule => ({
  name: 'high-error-rate',
  severity: 'warning',
  condition: above('hooks.errorRate', 0.01),
  clear: undefined,
  channels: ['slack'],
  cooldownMs: 15 * MINUTE_MS,
  forMs: 0,
  keepFiringForMs: 0,
  minSamples: new Map(),
  confidence: undefined,
  noData: 'keep',
  noDataForMs: 10 * MINUTE_MS,
  inhibitedBy: [],
  escalate: undefined,
  kind: 'state',
  description: undefined,
  runbook: undefined,
  ...rule,
});

const opposite = (truth: Truth): Truth => (truth === null ? null : !truth);

type Given = Partial<Omit<Evaluation, 'rules' | 'verdicts' | 'state' | 'now'>>;

/** An engine that remembers its state, as a watching process does. Everything it says must be a valid event. */
export class Watch {
  state: AlertState = initialState();
  rules: readonly Rule[];
  readonly given: Given;
  constructor(rules: readonly Rule[], given: Given = {}) {
    this.rules = rules;
    this.given = given;
  }

  /** Evaluates without committing. */
  look(now: number, truths: Readonly<Record<string, Truth>>, given: Given = {}): Evaluated {
    const verdicts = new Map(Object.entries(truths).map(([name, truth]) => [name, { truth, clears: opposite(truth) }]));
    return this.judge(now, verdicts, given);
  }

  judge(now: number, verdicts: Evaluation['verdicts'], given: Given = {}): Evaluated {
    const evaluated = evaluateRules({
      rules: this.rules,
      verdicts,
      values: new Map<string, Value>([['hooks.errorRate', 0.032]]),
      state: this.state,
      stored: [],
      now: new Date(now),
      silences: [],
      windows: [],
      channels: new Set(['slack', 'email', 'pager']),
      metrics: new Map([['hooks.errorRate', { unit: 'fraction' }]]),
      environment: 'production',
      host: 'app1',
      ...this.given,
      ...given,
    });
    for (const { event } of evaluated.notifications) AlertEvent.parse(event);
    return evaluated;
  }

  /** Evaluates and commits; what was said, as `channel id`. */
  at(now: number, truths: Readonly<Record<string, Truth>>, given: Given = {}): string[] {
    return this.commit(this.look(now, truths, given));
  }

  commit({ state, notifications }: Evaluated): string[] {
    this.state = state;
    return textsOf(notifications);
  }
}

export const textsOf = (notifications: readonly Notification[]): string[] =>
  notifications.map(({ channel, event }) => `${channel} ${event.id}`);

/** One rule, a truth a minute (`+` true, `-` false, `?` unknown): what is said at which minute. */
export function play(series: string, rule: Partial<Rule> = {}, given: Given = {}): string[] {
  const watch = new Watch([ruleOf(rule)], given);
  const name = rule.name ?? 'high-error-rate';
  return Array.from(series).flatMap((sign, minute) =>
    watch
      .at(START + minute * MINUTE_MS, { [name]: { '+': true, '-': false, '?': null }[sign] ?? null })
      .map((text) => `${minute}: ${text.replace(`${name}-`, '')}`),
  );
}
