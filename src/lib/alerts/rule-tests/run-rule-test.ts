/** Runs a rule test through the engine itself. Pure: its time is the test's own. */
import type { Value } from '../../conditions/index.js';
import { metrics } from '../../metrics/index.js';
import { writeDuration } from '../../units.js';
import { type AlertState, evaluateRules, initialState, type Verdict } from '../engine/index.js';
import type { Notification } from '../event.js';
import { judgeRule } from '../judge.js';
import type { Rule } from '../rule.js';
import type { ExpectedMessage, RuleTest } from './rule-test.js';

/** Any time of a running clock: to the engine, what was told at 0 was told never. */
const BEGIN_MS = Date.UTC(2000, 0, 1);

/** What differs from what was expected, in sentences; none when all is as expected. */
export function runRuleTest(test: RuleTest, rules: readonly Rule[]): string[] {
  const failures: string[] = [];
  const last = Math.max(...test.expect.map(({ at }) => at));
  let state = initialState();
  for (let index = 0; index * test.interval <= last; index++) {
    const values = valuesAt(test, index);
    const evaluated = evaluateAt({ rules, state, values, now: new Date(BEGIN_MS + index * test.interval) });
    state = evaluated.state;
    for (const expected of test.expect.filter((one) => Math.floor(one.at / test.interval) === index)) {
      failures.push(...differences(expected, evaluated).map((what) => `at ${writeDuration(expected.at)}: ${what}`));
    }
  }
  return failures;
}

const valuesAt = ({ series }: RuleTest, index: number): ReadonlyMap<string, Value> =>
  new Map(Object.entries(series).map(([path, values]) => [path, values[index] ?? null]));

interface Moment {
  readonly rules: readonly Rule[];
  readonly state: AlertState;
  readonly values: ReadonlyMap<string, Value>;
  readonly now: Date;
}

function evaluateAt({ rules, state, values, now }: Moment) {
  const verdicts = new Map(rules.map((rule): [string, Verdict] => [rule.name, judgeRule(rule, values)]));
  const channels = new Set(rules.flatMap((rule) => [...rule.channels, ...(rule.escalate?.channels ?? [])]));
  const around = { stored: [], silences: [], windows: [], environment: 'test', host: 'test' };
  return evaluateRules({ ...around, rules, verdicts, values, state, now, channels, metrics });
}

type Expected = RuleTest['expect'][number];
type Seen = ReturnType<typeof evaluateAt>;

function differences({ firing, pending, messages }: Expected, { state, notifications }: Seen): string[] {
  const inPhase = (phase: string) =>
    [...state.alerts.values()].filter((record) => record.phase === phase).map(({ rule }) => rule);
  return [
    ...(firing ? difference('firing', firing, inPhase('firing')) : []),
    ...(pending ? difference('pending', pending, inPhase('pending')) : []),
    ...(messages ? difference('told', messages.map(phrase), told(messages, notifications)) : []),
  ];
}

function difference(what: string, expected: readonly string[], seen: readonly string[]): string[] {
  const [wanted, found] = [expected, seen].map((names) => [...names].sort().join(', ') || 'nothing');
  return wanted === found ? [] : [`expected ${what}: ${wanted}; got: ${found}`];
}

const phrase = ({ rule, kind, channel }: ExpectedMessage) => `${rule} ${kind}${channel ? ` on ${channel}` : ''}`;

/** In the words of those expected: without the channel where none of them names one. */
function told(expected: readonly ExpectedMessage[], notifications: readonly Notification[]): string[] {
  const namesChannels = expected.some(({ channel }) => channel !== undefined);
  const phrases = notifications.map(({ channel, event: { rule, kind } }) =>
    phrase({ rule, kind, ...(namesChannels && { channel }) }),
  );
  return namesChannels ? phrases : [...new Set(phrases)];
}
