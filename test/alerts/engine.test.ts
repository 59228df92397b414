/** The engine, rule by rule of what it promises. What holds for every schedule is in engine-properties.test.ts. */
import { describe, expect, test } from '@jest/globals';
import type { Silence } from '../../src/lib/alerts/engine/index.js';
import type { Rule } from '../../src/lib/alerts/rule.js';
import { above, HOUR_MS, MINUTE_MS, play, ruleOf, START, textsOf, Watch } from '../support/alerts.js';

const minutes = (count: number) => START + count * MINUTE_MS;
const NAME = 'high-error-rate';

describe('the state machine', () => {
  test.each<[string, string, Partial<Rule>, string[]]>([
    ['fires at once, ends at once', '-++-', {}, ['1: slack 1-firing', '3: slack 1-resolved']],
    ['waits for `for`', '+++-', { forMs: 2 * MINUTE_MS }, ['2: slack 1-firing', '3: slack 1-resolved']],
    ['forgets what was pending too short', '++-++-', { forMs: 2 * MINUTE_MS }, []],
    [
      'fires on for `keepFiringFor`',
      '+---',
      { keepFiringForMs: 2 * MINUTE_MS },
      ['0: slack 1-firing', '3: slack 1-resolved'],
    ],
    [
      'counts that time anew after a relapse',
      '+--+---',
      { keepFiringForMs: 2 * MINUTE_MS },
      ['0: slack 1-firing', '6: slack 1-resolved'],
    ],
    [
      'numbers its episodes',
      '+-+-',
      {},
      ['0: slack 1-firing', '1: slack 1-resolved', '2: slack 2-firing', '3: slack 2-resolved'],
    ],
    ['tells every channel', '+', { channels: ['slack', 'email'] }, ['0: slack 1-firing', '0: email 1-firing']],
    ['an unknown truth changes nothing', '?+??-', {}, ['1: slack 1-firing', '4: slack 1-resolved']],
    ['an unknown truth does not fire what is pending', '+?+', { forMs: MINUTE_MS }, ['2: slack 1-firing']],
    ['keep: fires on without data', `+${'?'.repeat(14)}`, {}, ['0: slack 1-firing']],
    ['keep: what is pending falls back', `+${'?'.repeat(12)}+`, { forMs: MINUTE_MS }, []],
    ['ok: ends without data', `+${'?'.repeat(11)}`, { noData: 'ok' }, ['0: slack 1-firing', '11: slack 1-resolved']],
    [
      'alert: fires without data, whatever `for` says',
      `${'?'.repeat(11)}-`,
      { noData: 'alert', forMs: HOUR_MS },
      ['10: slack 1-firing', '11: slack 1-resolved'],
    ],
    ['alert: only after `noDataFor` without a break', '?????????-?????????', { noData: 'alert' }, []],
    [
      'reminds after the cooldown',
      '+++++++',
      { cooldownMs: 3 * MINUTE_MS },
      ['0: slack 1-firing', '3: slack 1-reminder-1', '6: slack 1-reminder-2'],
    ],
    [
      'a new episode waits for no cooldown',
      '+-+',
      {},
      ['0: slack 1-firing', '1: slack 1-resolved', '2: slack 2-firing'],
    ],
  ])('%s', (_, series, rule, said) => {
    expect(play(series, rule)).toEqual(said);
  });

  test('`clear` ends it, not the condition; an unknown `clear` ends nothing', () => {
    const watch = new Watch([ruleOf()]);
    const judge = (now: number, truth: boolean, clears: boolean | null) =>
      watch.commit(watch.judge(now, new Map([[NAME, { truth, clears }]])));
    expect(judge(minutes(0), true, false)).toEqual([`slack ${NAME}-1-firing`]);
    expect(judge(minutes(1), false, false)).toEqual([]);
    expect(judge(minutes(2), false, null)).toEqual([]);
    expect(judge(minutes(3), true, true)).toEqual([]);
    expect(judge(minutes(4), false, true)).toEqual([`slack ${NAME}-1-resolved`]);
  });

  test('a rule without a verdict is unknown', () => {
    const watch = new Watch([ruleOf()]);
    watch.at(minutes(0), { [NAME]: true });
    expect(watch.at(minutes(1), {})).toEqual([]);
    expect(watch.state.alerts.get(NAME)?.phase).toBe('firing');
  });

  test('nothing is remembered of a rule that never fired', () => {
    const watch = new Watch([ruleOf(), ruleOf({ name: 'waiting', forMs: HOUR_MS })]);
    watch.at(minutes(0), { [NAME]: null, waiting: true });
    expect([...watch.state.alerts.keys()]).toEqual(['waiting']);
    watch.at(minutes(1), { [NAME]: false, waiting: false });
    expect(watch.state.alerts.size).toBe(0);
  });

  test('after a gap of more than an hour what was pending starts anew; what fired fires on', () => {
    const watch = new Watch([ruleOf({ forMs: 5 * MINUTE_MS }), ruleOf({ name: 'fires' })]);
    expect(watch.at(minutes(0), { [NAME]: true, fires: true })).toEqual(['slack fires-1-firing']);
    expect(watch.at(minutes(70), { [NAME]: true, fires: null })).toEqual(['slack fires-1-reminder-1']);
    expect(watch.at(minutes(75), { [NAME]: true, fires: false })).toEqual([
      `slack ${NAME}-1-firing`,
      'slack fires-1-resolved',
    ]);
  });
});

describe('clocks that step back', () => {
  test('every age is what it was: nothing waits for the clock to catch up', () => {
    const rules = [
      ruleOf({ name: 'pending', forMs: 10 * MINUTE_MS }),
      ruleOf({ name: 'reminding', cooldownMs: 10 * MINUTE_MS }),
      ruleOf({ name: 'clearing', keepFiringForMs: 10 * MINUTE_MS }),
      ruleOf({ name: 'dark', noData: 'alert', noDataForMs: 10 * MINUTE_MS }),
      ruleOf({ name: 'escalating', escalate: { afterMs: 10 * MINUTE_MS, severity: 'critical', channels: [] } }),
    ];
    const watch = new Watch(rules);
    const truths = { pending: true, reminding: true, dark: null, escalating: true };
    watch.at(minutes(0), { ...truths, clearing: true });
    watch.at(minutes(5), { ...truths, clearing: false });
    const back = minutes(5) - 6 * HOUR_MS;
    expect(watch.at(back, { ...truths, clearing: false })).toEqual([]);
    expect(watch.at(back + 5 * MINUTE_MS, { ...truths, clearing: false })).toEqual([
      'slack pending-1-firing',
      'slack reminding-1-reminder-1',
      'slack dark-1-firing',
      'slack escalating-1-escalated-2',
    ]);
    expect(watch.at(back + 10 * MINUTE_MS, { ...truths, clearing: false })).toEqual(['slack clearing-1-resolved']);
  });

  test('also where the wrong time is that of an evaluation which was cut short', () => {
    const watch = new Watch([ruleOf({ cooldownMs: 10 * MINUTE_MS })]);
    watch.at(minutes(0), { [NAME]: false });
    const { notifications } = watch.look(minutes(0) + 5 * HOUR_MS, { [NAME]: true });
    expect(watch.at(minutes(1), { [NAME]: true }, { stored: notifications })).toEqual([]);
    expect(watch.at(minutes(11), { [NAME]: true })).toEqual([`slack ${NAME}-1-reminder-1`]);
  });
});

describe('escalation', () => {
  const escalate = { afterMs: 3 * MINUTE_MS, severity: 'critical', channels: ['pager'] } as const;

  test('bypasses the cooldown; a channel added hears of a firing, once, and of its end', () => {
    expect(play('++++++-', { escalate })).toEqual([
      '0: slack 1-firing',
      '3: slack 1-escalated-2',
      '3: pager 1-firing',
      '6: slack 1-resolved',
      '6: pager 1-resolved',
    ]);
  });

  test('carries the new severity; a resolution carries what the channel knows', () => {
    const watch = new Watch([ruleOf({ escalate })]);
    watch.at(minutes(0), { [NAME]: true });
    expect(watch.look(minutes(3), { [NAME]: true }).notifications.map(({ event }) => event.severity)).toEqual([
      'critical',
      'critical',
    ]);
    expect(watch.look(minutes(3), { [NAME]: false }).notifications.map(({ event }) => event.severity)).toEqual([
      'warning',
    ]);
  });

  test('a rule made more severe while it fires escalates, too', () => {
    const watch = new Watch([ruleOf()]);
    watch.at(minutes(0), { [NAME]: true });
    watch.rules = [ruleOf({ severity: 'critical' })];
    expect(watch.at(minutes(1), { [NAME]: true })).toEqual([`slack ${NAME}-1-escalated-2`]);
    watch.rules = [ruleOf({ severity: 'info' })];
    expect(watch.at(minutes(2), { [NAME]: true })).toEqual([]);
  });
});

describe('what keeps an alert quiet', () => {
  const silence = (about: Partial<Silence> = {}): Silence => ({
    id: '3f2a',
    rule: '*',
    from: new Date(minutes(0)),
    until: new Date(minutes(3)),
    author: 'anna',
    comment: 'upgrade',
    ...about,
  });

  test.each<[string, string, Partial<Silence>, string[]]>([
    ['announced when the silence ends', '++++', {}, ['3: slack 1-firing']],
    ['over before the silence ends: nobody hears', '++--', {}, []],
    [
      'told before the silence: the resolution passes',
      '+++-',
      { from: new Date(minutes(1)), until: new Date(minutes(9)) },
      ['0: slack 1-firing', '3: slack 1-resolved'],
    ],
    ['another rule', '+', { rule: 'slow-*' }, ['0: slack 1-firing']],
    ['by pattern', '+', { rule: 'high-?rror-*' }, []],
    ['a dot is a dot', '+', { rule: 'high.error.rate' }, ['0: slack 1-firing']],
    ['of its severity', '+', { severities: ['info', 'warning'] }, []],
    ['of another severity', '+', { severities: ['critical'] }, ['0: slack 1-firing']],
  ])('a silence: %s', (_, series, about, said) => {
    expect(play(series, {}, { silences: [silence(about)] })).toEqual(said);
  });

  test('a silence of warnings lets an escalation to critical through', () => {
    const escalate = { afterMs: 2 * MINUTE_MS, severity: 'critical', channels: [] } as const;
    const silences = [silence({ severities: ['warning'], until: new Date(minutes(9)) })];
    expect(play('+++-', { escalate }, { silences })).toEqual(['2: slack 1-firing', '3: slack 1-resolved']);
  });

  test('reminders wait, and come when the silence ends', () => {
    const silences = [silence({ from: new Date(minutes(1)), until: new Date(minutes(8)) })];
    expect(play('++++++++++', { cooldownMs: 2 * MINUTE_MS }, { silences })).toEqual([
      '0: slack 1-firing',
      '8: slack 1-reminder-1',
    ]);
  });

  test('inhibition: evaluated and recorded, announced when the cause has gone, the end always told', () => {
    const rules = [ruleOf({ name: 'database-down', severity: 'critical' }), ruleOf({ inhibitedBy: ['database-down'] })];
    const watch = new Watch(rules);
    const look = watch.look(minutes(0), { 'database-down': true, [NAME]: true });
    expect(look.transitions.map(({ rule, change, mutedBy }) => [rule, change, mutedBy])).toEqual([
      ['database-down', 'firing', undefined],
      [NAME, 'firing', 'inhibited by database-down'],
    ]);
    expect(watch.commit(look)).toEqual(['slack database-down-1-firing']);
    expect(watch.at(minutes(1), { 'database-down': false, [NAME]: true })).toEqual([
      'slack database-down-1-resolved',
      `slack ${NAME}-1-firing`,
    ]);
    expect(watch.at(minutes(2), { 'database-down': true, [NAME]: false })).toEqual([
      'slack database-down-2-firing',
      `slack ${NAME}-1-resolved`,
    ]);
  });

  test('no rule inhibits itself', () => {
    expect(play('+', { inhibitedBy: [NAME] })).toEqual(['0: slack 1-firing']);
  });

  describe('maintenance windows', () => {
    const nightly = {
      name: 'nightly',
      rule: '*',
      days: ['monday'] as const,
      startMinute: 150,
      durationMs: HOUR_MS,
      timeZone: 'Europe/Berlin',
    };
    const isQuiet = (
      iso: string,
      window: Partial<Omit<typeof nightly, 'days'>> & { days?: readonly 'sunday'[] } = {},
    ) => {
      const watch = new Watch([ruleOf()], { windows: [{ ...nightly, ...window }] });
      return watch.at(Date.parse(iso), { [NAME]: true }).length === 0;
    };

    test.each<[string, boolean]>([
      ['2026-11-23T01:29:59Z', false], // 02:29:59 in Berlin
      ['2026-11-23T01:30:00Z', true],
      ['2026-11-23T02:29:59Z', true],
      ['2026-11-23T02:30:00Z', false],
      ['2026-11-24T01:30:00Z', false], // a Tuesday
      ['2026-07-20T00:30:00Z', true], // summer
    ])('%s: %s', (iso, quiet) => {
      expect(isQuiet(iso)).toBe(quiet);
    });

    test.each<[string, string, boolean]>([
      ['the hour is skipped: it opens after it', '2026-03-29T01:29:59Z', false],
      ['the hour is skipped: it opens after it', '2026-03-29T01:30:00Z', true],
      ['the hour comes twice: the first', '2026-10-25T00:30:00Z', true],
      ['the hour comes twice: not the second', '2026-10-25T01:30:00Z', false],
    ])('%s, %s', (_, iso, quiet) => {
      expect(isQuiet(iso, { days: ['sunday'] })).toBe(quiet);
    });

    test('one that lasts over days is open on days that it does not open on', () => {
      expect(isQuiet('2026-11-25T02:00:00Z', { durationMs: 49 * HOUR_MS })).toBe(true);
      expect(isQuiet('2026-11-25T02:31:00Z', { durationMs: 49 * HOUR_MS })).toBe(false);
    });

    test('what fires in it is announced when it closes', () => {
      const watch = new Watch([ruleOf()], { windows: [nightly] });
      expect(watch.look(Date.parse('2026-11-23T02:00:00Z'), { [NAME]: true }).transitions).toMatchObject([
        { change: 'firing', mutedBy: 'maintenance window nightly' },
      ]);
      watch.at(Date.parse('2026-11-23T02:00:00Z'), { [NAME]: true });
      expect(watch.at(Date.parse('2026-11-23T02:30:00Z'), { [NAME]: true })).toEqual([`slack ${NAME}-1-firing`]);
    });
  });
});

describe('flapping', () => {
  test('messages until it is noticed, then one that it began, one that it ended, and how it stands', () => {
    const said = play(`${'+-'.repeat(12)}${'+'.repeat(20)}`, { cooldownMs: HOUR_MS });
    expect(
      said.filter((text) => !text.includes('firing') && !text.includes('resolved')).map((text) => text.split(' ')[2]),
    ).toEqual(['3-flapping-started-1', '3-flapping-ended-1']);
    expect(said.slice(0, 6)).toEqual([
      '0: slack 1-firing',
      '1: slack 1-resolved',
      '2: slack 2-firing',
      '3: slack 2-resolved',
      '4: slack 3-firing',
      '5: slack 3-flapping-started-1', // its end is not told yet: from here on it is all one episode
    ]);
    expect(said).toHaveLength(7); // channels know already that the third fires, and it does
  });

  test('one that settles without firing is resolved', () => {
    const said = play(`${'+-'.repeat(10)}${'-'.repeat(20)}`);
    expect(said.slice(-3).map((text) => text.split(' ')[2])).toEqual([
      '3-flapping-started-1',
      '3-flapping-ended-1',
      '3-resolved',
    ]);
  });

  test('one that began unheard is told as firing once it settles so', () => {
    const silences = [
      { id: 'a', rule: '*', from: new Date(0), until: new Date(minutes(12)), author: 'anna', comment: 'x' },
    ];
    const said = play(`${'+-'.repeat(10)}${'+'.repeat(20)}`, {}, { silences });
    expect(said.map((text) => text.split(' ')[2])).toEqual(['3-flapping-started-1', '3-flapping-ended-1', '3-firing']);
  });

  test('a change every fourth evaluation is none; every third is', () => {
    expect(play('++++----'.repeat(10), { cooldownMs: HOUR_MS }).filter((text) => text.includes('flapping'))).toEqual(
      [],
    );
    expect(play('+++---'.repeat(10), { cooldownMs: HOUR_MS }).filter((text) => text.includes('flapping'))).toHaveLength(
      1,
    );
  });
});

describe('rules of kind event', () => {
  const event = (watch: Watch, minute: number, count: number | null) =>
    watch.at(
      minutes(minute),
      { [NAME]: count === null ? null : count > 0 },
      { values: new Map([['changes.config', count]]) },
    );
  const rule = ruleOf({ kind: 'event', severity: 'info', condition: above('changes.config', 0), cooldownMs: 0 });

  test('a notice each time the count rises', () => {
    const watch = new Watch([rule], { metrics: new Map([['changes.config', { unit: 'count' }]]) });
    const said = [0, 1, 1, 3, null, 3, 2, 3, 0, 1].map((count, minute) => event(watch, minute, count).length);
    expect(said).toEqual([0, 1, 0, 1, 0, 0, 0, 1, 0, 1]);
  });

  test('a count since the last evaluation is news each time', () => {
    const metrics = new Map([['changes.config', { unit: 'count', sinceLastEvaluation: true }]] as const);
    const watch = new Watch([rule], { metrics });
    expect([1, 1, 0, 2, 2].map((count, minute) => event(watch, minute, count))).toEqual([
      [`slack ${NAME}-1-notice`],
      [`slack ${NAME}-2-notice`],
      [],
      [`slack ${NAME}-3-notice`],
      [`slack ${NAME}-4-notice`],
    ]);
  });

  test('a measure is news once, however it moves', () => {
    const watch = new Watch([rule], { metrics: new Map([['changes.config', { unit: 'ms' }]]) });
    expect([1, 2, 3].map((value, minute) => event(watch, minute, value).length)).toEqual([1, 0, 0]);
  });

  test('what happens under a silence, or within the cooldown, is told afterwards, as one', () => {
    const metrics = new Map([['changes.config', { unit: 'count', sinceLastEvaluation: true }]] as const);
    const silences = [
      { id: 'a', rule: '*', from: new Date(0), until: new Date(minutes(4)), author: 'anna', comment: 'x' },
    ];
    const watch = new Watch([{ ...rule, cooldownMs: 3 * MINUTE_MS }], { metrics, silences });
    expect([1, 2, 0, 0].map((count, minute) => event(watch, minute, count))).toEqual([[], [], [], []]);
    const { notifications } = watch.look(minutes(4), { [NAME]: false }, { values: new Map([['changes.config', 0]]) });
    expect(notifications.map(({ event: { id, values, since } }) => [id, values, since])).toEqual([
      [`${NAME}-2-notice`, { 'changes.config': 3 }, new Date(minutes(1)).toISOString()],
    ]);
    expect(event(watch, 4, 0)).toEqual([`slack ${NAME}-2-notice`]);
    expect([5, 6, 7].map((minute) => event(watch, minute, minute === 5 ? 1 : 0))).toEqual([
      [],
      [],
      [`slack ${NAME}-3-notice`],
    ]);
  });
});

describe('a configuration that changes', () => {
  test('a rule that is removed while it fires is resolved for those told, with the reason', () => {
    const watch = new Watch([ruleOf({ channels: ['slack', 'email'] })]);
    watch.at(minutes(0), { [NAME]: true });
    watch.rules = [];
    const look = watch.look(minutes(1), {});
    expect(textsOf(look.notifications)).toEqual([`slack ${NAME}-1-resolved`, `email ${NAME}-1-resolved`]);
    expect(look.notifications[0]?.event).toMatchObject({
      severity: 'warning',
      summary: 'the rule was removed from the configuration',
    });
    expect(look.transitions).toMatchObject([{ change: 'resolved', reason: 'the rule was removed' }]);
    watch.commit(look);
    expect(watch.at(minutes(2), {})).toEqual([]);
    watch.rules = [ruleOf()];
    expect(watch.at(minutes(3), { [NAME]: true })).toEqual([`slack ${NAME}-2-firing`]);
  });

  test('a channel that the rule no longer names hears of the end; one it names now, of the firing', () => {
    const watch = new Watch([ruleOf()]);
    watch.at(minutes(0), { [NAME]: true });
    watch.rules = [ruleOf({ channels: ['email'] })];
    expect(watch.at(minutes(1), { [NAME]: true })).toEqual([`email ${NAME}-1-firing`]);
    expect(watch.at(minutes(30), { [NAME]: true })).toEqual([`email ${NAME}-1-reminder-1`]);
    expect(watch.at(minutes(31), { [NAME]: false })).toEqual([`slack ${NAME}-1-resolved`, `email ${NAME}-1-resolved`]);
  });

  test('a channel that is gone is told nothing until it is back', () => {
    const watch = new Watch([ruleOf()]);
    watch.at(minutes(0), { [NAME]: true });
    expect(watch.at(minutes(1), { [NAME]: false }, { channels: new Set() })).toEqual([]);
    expect(watch.at(minutes(2), { [NAME]: false })).toEqual([`slack ${NAME}-1-resolved`]);
  });

  test('a rule that becomes one of kind event ends as the other kind', () => {
    const watch = new Watch([ruleOf()]);
    watch.at(minutes(0), { [NAME]: true });
    watch.rules = [ruleOf({ kind: 'event' })];
    expect(watch.at(minutes(1), { [NAME]: false })).toEqual([`slack ${NAME}-1-resolved`]);
  });
});

describe('what an event says', () => {
  test('a firing, and its end', () => {
    const rules = [
      ruleOf({ runbook: 'handbook#errors', description: 'hooks fail' }),
      ruleOf({ name: 'other', severity: 'critical' }),
    ];
    const watch = new Watch(rules);
    const rate = (value: number) => ({ values: new Map([['hooks.errorRate', value]]) });
    watch.at(minutes(0), { [NAME]: false, other: true });
    const [firing] = watch.look(minutes(1), { [NAME]: true, other: true }, rate(0.032)).notifications;
    expect(firing).toEqual({
      channel: 'slack',
      event: {
        id: 'high-error-rate-1-firing',
        kind: 'firing',
        rule: NAME,
        episode: 1,
        severity: 'warning',
        summary: 'hooks.errorRate is 3.2 %, condition hooks.errorRate > 0.01',
        at: new Date(minutes(1)).toISOString(),
        since: new Date(minutes(1)).toISOString(),
        values: { 'hooks.errorRate': 0.032 },
        condition: 'hooks.errorRate > 0.01',
        description: 'hooks fail',
        runbook: 'handbook#errors',
        alsoFiring: ['other'],
        environment: 'production',
        host: 'app1',
      },
    });
    watch.at(minutes(1), { [NAME]: true, other: true }, rate(0.032));
    watch.at(minutes(2), { [NAME]: true, other: true }, rate(0.08));
    const [resolved] = watch.look(minutes(9), { [NAME]: false, other: true }, rate(0.002)).notifications;
    expect(resolved?.event).toMatchObject({
      summary: 'hooks.errorRate is 0.2 %, after 8 min',
      since: new Date(minutes(1)).toISOString(),
      peak: { 'hooks.errorRate': 0.08 },
      values: { 'hooks.errorRate': 0.002 },
    });
  });

  test('the worst is the lowest where lower is worse', () => {
    const rule = ruleOf({
      condition: {
        text: 'free < 10',
        expression: { type: '<', left: { type: 'metric', path: 'free' }, right: { type: 'number', value: 10 } },
        paths: ['free'],
      },
    });
    const watch = new Watch([rule]);
    for (const [minute, free] of [5, 3, 8].entries())
      watch.at(minutes(minute), { [NAME]: true }, { values: new Map([['free', free]]) });
    expect(watch.look(minutes(4), { [NAME]: false }).notifications[0]?.event.peak).toEqual({ free: 3 });
  });

  test('what was not measured, or is no number, is null', () => {
    const watch = new Watch([ruleOf({ condition: { ...above('a', 1), paths: ['a', 'b'] } })]);
    const { notifications } = watch.look(minutes(0), { [NAME]: true }, { values: new Map([['a', Number.NaN]]) });
    expect(notifications[0]?.event).toMatchObject({
      values: { a: null, b: null },
      summary: 'a is unknown, b is unknown, condition a > 1',
    });
  });

  test('ids are safe as file names, and no two rules share one', () => {
    const names = [
      'High Error',
      'high error',
      'high-error',
      'high_error',
      '../../etc/passwd',
      '__proto__',
      'ü',
      '-',
      'a'.repeat(300),
      `${'a'.repeat(300)}b`,
    ];
    const watch = new Watch(names.map((name) => ruleOf({ name })));
    const { notifications } = watch.judge(
      minutes(0),
      new Map(names.map((name) => [name, { truth: true, clears: false }])),
    );
    expect(new Set(notifications.map(({ event }) => event.id)).size).toBe(names.length);
  });

  test('others that fire: at most twenty, the worst first', () => {
    const rules = Array.from({ length: 50 }, (_, index) =>
      ruleOf({ name: `rule-${index}`, severity: index === 49 ? 'critical' : 'info' }),
    );
    const watch = new Watch(rules);
    const { notifications } = watch.look(minutes(0), Object.fromEntries(rules.map(({ name }) => [name, true])));
    expect(notifications[0]?.event.alsoFiring).toHaveLength(20);
    expect(notifications[0]?.event.alsoFiring[0]).toBe('rule-49');
  });
});

describe('evaluations that were cut short', () => {
  test('the same again: the same ids', () => {
    const watch = new Watch([ruleOf()]);
    const cut = watch.look(minutes(0), { [NAME]: true }).notifications;
    expect(textsOf(watch.look(minutes(1), { [NAME]: true }).notifications)).toEqual(textsOf(cut));
  });

  test('it has ended since: whoever hears of the firing hears of the end', () => {
    const watch = new Watch([ruleOf({ channels: ['slack', 'email'] })]);
    const [toSlack] = watch.look(minutes(0), { [NAME]: true }).notifications;
    const stored = toSlack ? [toSlack] : [];
    expect(watch.at(minutes(1), { [NAME]: false }, { stored })).toEqual([`slack ${NAME}-1-resolved`]);
    expect(watch.at(minutes(2), { [NAME]: true })).toEqual([`slack ${NAME}-2-firing`, `email ${NAME}-2-firing`]);
  });

  test('it has come back since a resolution that was stored: a new episode', () => {
    const watch = new Watch([ruleOf()]);
    watch.at(minutes(0), { [NAME]: true });
    const { notifications } = watch.look(minutes(1), { [NAME]: false });
    expect(watch.at(minutes(2), { [NAME]: true }, { stored: notifications })).toEqual([`slack ${NAME}-2-firing`]);
  });

  test.each<['+' | '-', string[]]>([
    ['+', []],
    ['-', [`slack ${NAME}-3-resolved`]],
  ])('whoever hears that it flaps hears that it no longer does, and how it stands: %s', (sign, rest) => {
    const watch = new Watch([ruleOf({ cooldownMs: HOUR_MS })]);
    for (const [minute, truth] of Array.from('+-+-+').entries()) watch.at(minutes(minute), { [NAME]: truth === '+' });
    const stored = watch.look(minutes(5), { [NAME]: false }).notifications;
    expect(textsOf(stored)).toEqual([`slack ${NAME}-3-flapping-started-1`]);
    const said = Array.from({ length: 20 }, (_, index) =>
      watch.at(minutes(6 + index), { [NAME]: sign === '+' }, index === 0 ? { stored } : {}),
    );
    expect(said.flat()).toEqual([`slack ${NAME}-3-flapping-ended-1`, ...rest]);
  });

  test('what the state knows changes nothing, in whatever order it is found', () => {
    const watch = new Watch([ruleOf({ channels: ['slack', 'email'] })]);
    const stored = Array.from('+-+-+-+-+-+-+-+---------------------+').flatMap((sign, minute) => {
      const { state, notifications } = watch.look(minutes(minute), { [NAME]: sign === '+' });
      watch.state = state;
      return notifications;
    });
    expect(stored.map(({ event }) => event.kind)).toContain('flapping-ended');
    const next = watch.look(minutes(38), { [NAME]: true });
    expect(watch.look(minutes(38), { [NAME]: true }, { stored })).toEqual(next);
    expect(watch.look(minutes(38), { [NAME]: true }, { stored: stored.toReversed() })).toEqual(next);
  });

  test('an end that was told while it flaps, and was not committed, stays one', () => {
    const watch = new Watch([ruleOf()]);
    for (const [minute, truth] of Array.from('+-+-+-').entries()) watch.at(minutes(minute), { [NAME]: truth === '+' });
    const { rules } = watch;
    watch.rules = [];
    const stored = watch.look(minutes(6), {}).notifications;
    expect(textsOf(stored)).toEqual([`slack ${NAME}-3-flapping-ended-1`, `slack ${NAME}-3-resolved`]);
    watch.rules = rules;
    const said = Array.from({ length: 20 }, (_, index) =>
      watch.at(minutes(7 + index), { [NAME]: true }, index === 0 ? { stored } : {}),
    );
    expect(said.flat().at(0)).toBe(`slack ${NAME}-4-flapping-started-1`);
    expect(said.flat()).toContain(`slack ${NAME}-4-firing`);
  });

  test('whoever hears of a firing hears of its end, also when the rule was removed in between', () => {
    const watch = new Watch([ruleOf()]);
    const stored = watch.look(minutes(0), { [NAME]: true }).notifications;
    watch.rules = [];
    expect(watch.at(minutes(1), {}, { stored })).toEqual([`slack ${NAME}-1-resolved`]);
  });

  test('what others have stored is none of the engine’s', () => {
    const watch = new Watch([ruleOf()]);
    const [firing] = watch.look(minutes(0), { [NAME]: true }).notifications;
    if (!firing) throw new Error('nothing fired');
    const others = (['firing', 'resolved', 'notice'] as const).map((kind) => ({
      ...firing,
      event: { ...firing.event, kind, rule: 'channel-email-down', condition: undefined },
    }));
    const { state, notifications } = watch.look(minutes(1), {}, { stored: others });
    expect([state.alerts.size, notifications]).toEqual([0, []]);
  });
});
