/**
 * What holds for every schedule: conditions that come and go, silences, rules and channels that change, clocks that step
 * back, channels that are down, and evaluations cut short at any point between two commits. A receiver counts.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AlertRecord, recoverState, type Silence } from '../../src/lib/alerts/engine/index.js';
import type { AlertEvent, Notification } from '../../src/lib/alerts/event.js';
import { ALERT_SEVERITIES, type Rule } from '../../src/lib/alerts/rule.js';
import type { Truth } from '../../src/lib/conditions/index.js';
import { above, HOUR_MS, MINUTE_MS, ruleOf, START, Watch } from '../support/alerts.js';

const CHANNELS = ['slack', 'email', 'pager'];
const NAMES = ['cause', 'symptom', 'other'];
const EVENT = 'happening';

/** What one channel has been told of one rule; throws at what it should never be told. */
class Receiver {
  firing: number | undefined;
  isFlapping = false;
  lastEpisode = 0;
  notices = 0;
  /** The last word of what fires, and of what flaps. */
  known: { firing?: AlertEvent | undefined; flapping?: AlertEvent | undefined } = {};

  hear(event: AlertEvent): void {
    const { kind, episode, id } = event;
    const expectThat = (holds: boolean, why: string) => {
      if (!holds) throw new Error(`${id}: ${why}`);
    };
    if (kind === 'notice') {
      expectThat(episode > this.notices, 'a notice of something older, or the same again');
      this.notices = episode;
    } else if (kind === 'flapping-started') {
      expectThat(!this.isFlapping, 'it flaps already');
      this.isFlapping = true;
      this.known.flapping = event;
    } else if (kind === 'flapping-ended') {
      expectThat(this.isFlapping, 'it does not flap');
      this.isFlapping = false;
      this.known.flapping = undefined;
    } else if (kind === 'firing') {
      expectThat(this.firing === undefined, `fires already, episode ${this.firing}`);
      expectThat(!this.isFlapping, 'while it flaps');
      expectThat(episode > this.lastEpisode, 'an episode that was told before');
      this.firing = episode;
      this.lastEpisode = episode;
      this.known.firing = event;
    } else {
      expectThat(this.firing === episode, `does not fire in this episode, but ${this.firing}`);
      expectThat(!this.isFlapping, 'while it flaps');
      if (kind === 'resolved') this.firing = undefined;
      this.known.firing = kind === 'resolved' ? undefined : event;
    }
  }
}

/** Outbox, ledger, state and receivers, with the commit order of a real evaluation. */
class World {
  readonly watch: Watch;
  readonly outbox = new Map<string, Notification>();
  readonly delivered = new Set<string>();
  readonly receivers = new Map<string, Receiver>();
  readonly reminders = new Map<string, { readonly id: string; readonly at: number }>();
  now = START;
  /** Time that has passed, whatever the clock said. */
  elapsed = 0;

  constructor(rules: readonly Rule[]) {
    this.watch = new Watch(rules, { metrics: new Map([['count', { unit: 'count', sinceLastEvaluation: true }]]) });
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    this.elapsed += Math.max(0, milliseconds);
  }

  /** @param cutAfter how many notifications are stored before it is killed; Infinity: before the state is; undefined: it is not. */
  evaluate(
    truths: Readonly<Record<string, Truth>>,
    silences: readonly Silence[],
    channels: ReadonlySet<string>,
    cutAfter: number | undefined,
  ): void {
    const { watch } = this;
    const values = new Map([['count', truths[EVENT] ? 1 : 0]]);
    const stored = [...this.outbox.values()];
    const evaluated = watch.look(this.now, truths, { silences, channels, values, stored });
    for (const notification of evaluated.notifications.slice(0, cutAfter)) this.store(notification);
    if (cutAfter !== undefined) return;
    for (const record of evaluated.state.alerts.values()) AlertRecord.parse(record);
    watch.state = evaluated.state;
  }

  /** The state file is gone. */
  lose(): void {
    const known = [...this.receivers].flatMap(
      ([
        key,
        {
          known: { firing, flapping },
        },
      ]) => [firing, flapping].flatMap((event) => (event ? [{ channel: key.slice(0, key.indexOf('/')), event }] : [])),
    );
    const told = new Set([...this.delivered].map((key) => key.slice(key.indexOf('/') + 1)));
    const remains = { known: [...known, ...this.outbox.values()], told, now: new Date(this.now) };
    this.watch.state = { ...recoverState(remains), evaluatedAt: this.now };
  }

  store(notification: Notification): void {
    const { channel, event } = notification;
    const key = `${channel}/${event.id}`;
    if (this.delivered.has(key)) throw new Error(`${key} was delivered before: a ledger would drop it`);
    this.outbox.set(key, notification);
    if (event.kind === 'reminder') this.countReminder(channel, event);
  }

  countReminder(channel: string, { rule, id }: AlertEvent): void {
    const key = `${channel}/${rule}`;
    const last = this.reminders.get(key);
    if (last?.id === id) return;
    const cooldownMs = this.watch.rules.find(({ name }) => name === rule)?.cooldownMs ?? 0;
    if (last && this.elapsed - last.at < cooldownMs) throw new Error(`${id}: reminded within the cooldown`);
    this.reminders.set(key, { id, at: this.elapsed });
  }

  deliver(channels: readonly string[]): void {
    for (const [key, { channel, event }] of this.outbox) {
      if (!channels.includes(channel)) continue;
      this.receiver(channel, event.rule).hear(event);
      this.delivered.add(key);
      this.outbox.delete(key);
    }
  }

  receiver(channel: string, rule: string): Receiver {
    const key = `${channel}/${rule}`;
    const receiver = this.receivers.get(key) ?? new Receiver();
    this.receivers.set(key, receiver);
    return receiver;
  }
}

const minutesUpTo = (most: number) => fc.integer({ min: 0, max: most }).map((minutes) => minutes * MINUTE_MS);
const someChannels = fc.subarray(CHANNELS, { minLength: 1 });

const anyRule = (name: string): fc.Arbitrary<Rule> =>
  fc
    .record({
      severity: fc.constantFrom(...ALERT_SEVERITIES),
      channels: someChannels,
      cooldownMs: minutesUpTo(6).map((cooldown) => cooldown + MINUTE_MS),
      forMs: minutesUpTo(3),
      keepFiringForMs: minutesUpTo(3),
      noData: fc.constantFrom('keep' as const, 'ok' as const, 'alert' as const),
      noDataForMs: minutesUpTo(4),
      escalate: fc.option(
        fc.record({ afterMs: minutesUpTo(8), severity: fc.constantFrom(...ALERT_SEVERITIES), channels: someChannels }),
        { nil: undefined },
      ),
    })
    .map((about) => ruleOf({ ...about, name, inhibitedBy: name === 'symptom' ? ['cause'] : [] }));

const anyRules = fc
  .tuple(...NAMES.map(anyRule), someChannels, minutesUpTo(5))
  .map(([cause, symptom, other, channels, cooldownMs]) => [
    cause as Rule,
    symptom as Rule,
    other as Rule,
    ruleOf({
      name: EVENT,
      kind: 'event',
      channels: channels as string[],
      cooldownMs: cooldownMs as number,
      condition: above('count', 0),
    }),
  ]);

const anyTruth = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Truth>(true) },
  { weight: 5, arbitrary: fc.constant<Truth>(false) },
  { weight: 1, arbitrary: fc.constant<Truth>(null) },
);
const anyTruths = fc.record(Object.fromEntries([...NAMES, EVENT].map((name) => [name, anyTruth])));

const anyStep = fc.record({
  /** Held for so many evaluations. */
  repeat: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 12 }) }),
  pass: fc.oneof(
    { weight: 12, arbitrary: fc.constant(MINUTE_MS) },
    { weight: 1, arbitrary: fc.constant(2 * HOUR_MS) },
    { weight: 1, arbitrary: fc.integer({ min: -10, max: -1 }).map((hours) => hours * HOUR_MS) },
  ),
  truths: anyTruths,
  /** From one evaluation to the next, what holds does not and what does not holds. */
  alternates: fc.boolean(),
  cutAfter: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }) },
    { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  ),
  silence: fc.option(
    fc.record({ rule: fc.constantFrom('*', 'cause', '*o*'), minutes: fc.integer({ min: 1, max: 20 }) }),
    { nil: undefined, freq: 6 },
  ),
  removed: fc.option(fc.constantFrom(...NAMES), { nil: undefined, freq: 10 }),
  named: fc.option(someChannels, { nil: undefined, freq: 10 }),
  gone: fc.option(fc.constantFrom(...CHANNELS), { nil: undefined, freq: 10 }),
  reachable: fc.subarray(CHANNELS),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function live(world: World, configured: readonly Rule[], steps: readonly Step[]): void {
  let silences: Silence[] = [];
  for (const step of steps) {
    world.watch.rules = configured
      .filter(({ name }) => name !== step.removed)
      .map((rule) => (step.named && rule.kind === 'state' ? { ...rule, channels: step.named } : rule));
    const channels = new Set(CHANNELS.filter((channel) => channel !== step.gone));
    for (let count = 0; count < step.repeat; count++) {
      world.pass(count === 0 ? step.pass : MINUTE_MS);
      if (step.silence && count === 0) {
        const until = new Date(world.now + step.silence.minutes * MINUTE_MS);
        silences = [
          ...silences,
          { id: 's', rule: step.silence.rule, from: new Date(world.now), until, author: 'anna', comment: 'x' },
        ];
      }
      const truths = step.alternates && count % 2 === 1 ? opposites(step.truths) : step.truths;
      // In a stretch every third evaluation is cut short, not all of them.
      const cutAfter = count % 3 === 0 ? step.cutAfter : undefined;
      world.evaluate(truths, silences, channels, cutAfter);
      if (cutAfter === undefined) world.deliver(step.reachable);
    }
  }
}

const opposites = (truths: Readonly<Record<string, Truth>>): Readonly<Record<string, Truth>> =>
  Object.fromEntries(Object.entries(truths).map(([name, truth]) => [name, truth === null ? null : !truth]));

/** Everything calms down: after that, what channels know must be what is. */
function settle(world: World, configured: readonly Rule[], truths: Readonly<Record<string, Truth>>): void {
  world.watch.rules = configured;
  for (let minute = 0; minute < 45; minute++) {
    world.pass(MINUTE_MS);
    world.evaluate({ ...truths, [EVENT]: false }, [], new Set(CHANNELS), undefined);
    world.deliver(CHANNELS);
  }
  expect(world.outbox.size).toBe(0);
}

/** What each channel knows of the rule is how it stands. */
function expectTruth(world: World, rule: Rule, last: Readonly<Record<string, boolean>>): void {
  const { name, channels, inhibitedBy, escalate } = rule;
  const record = world.watch.state.alerts.get(name);
  const isFiring = last[name] === true;
  const isInhibited = inhibitedBy.some((other) => last[other]);
  if (rule.kind === 'state') expect(record?.phase ?? 'inactive').toBe(isFiring ? 'firing' : 'inactive');
  for (const channel of CHANNELS) {
    const { firing, isFlapping, notices } = world.receiver(channel, name);
    const isNamed = channels.includes(channel) || (escalate?.channels.includes(channel) ?? false);
    expect(isFlapping).toBe(false);
    if (firing !== undefined) expect([isFiring, firing]).toEqual([true, record?.episode]);
    if (isFiring && isNamed && !isInhibited) expect(firing).toBe(record?.episode);
    if (rule.kind === 'event' && isNamed) expect(notices).toBe(record?.episode ?? 0);
  }
}

describe('whatever happens', () => {
  const schedule = fc.tuple(
    anyRules,
    fc.array(anyStep, { minLength: 1, maxLength: 40 }),
    fc.record(Object.fromEntries(NAMES.map((name) => [name, fc.boolean()]))),
    fc.integer({ min: -10, max: 1 }),
  );

  test('channels hear of each firing once and of its end once, in order, and in the end know how things stand', () => {
    fc.assert(
      fc.property(schedule, ([rules, steps, last, jumpHours]) => {
        const world = new World(rules);
        live(world, rules, steps);
        world.pass(jumpHours * HOUR_MS);
        settle(world, rules, last);
        for (const rule of rules) expectTruth(world, rule, last);
      }),
      { numRuns: 200 },
    );
  });

  test('the same when the state is lost on the way: what fires goes on, its end is told, and no id comes twice', () => {
    fc.assert(
      fc.property(schedule, fc.nat(), ([rules, steps, last], part) => {
        const world = new World(rules);
        const lostAfter = part % (steps.length + 1);
        live(world, rules, steps.slice(0, lostAfter));
        world.lose();
        live(world, rules, steps.slice(lostAfter));
        settle(world, rules, last);
        for (const rule of rules) if (rule.kind === 'state') expectTruth(world, rule, last);
      }),
      { numRuns: 300 },
    );
  });

  test('an evaluation that was cut short and is repeated says the same under the same ids', () => {
    fc.assert(
      fc.property(schedule, anyTruths, anyTruths, fc.nat(), ([rules, steps], before, truths, part) => {
        const world = new World(rules);
        live(world, rules, steps);
        const { watch } = world;
        watch.rules = rules;
        world.pass(MINUTE_MS);
        world.evaluate(before, [], new Set(CHANNELS), undefined);
        world.deliver(CHANNELS);
        world.pass(MINUTE_MS);
        const given = { values: new Map([['count', truths[EVENT] ? 1 : 0]]) };
        const cut = watch.look(world.now, truths, given).notifications;
        expect(watch.look(world.now, truths, given).notifications).toEqual(cut);
        const idOf = ({ channel, event }: Notification) => `${channel}/${event.id}`;
        // With what was stored adopted, only the rest is said, and what may be said again.
        const stored = cut.slice(0, cut.length === 0 ? 0 : part % (cut.length + 1));
        const again = watch.look(world.now, truths, { ...given, stored }).notifications.map(idOf);
        const all = new Set([...stored.map(idOf), ...again]);
        // Whether it flaps is judged by evaluations that were committed.
        if (!cut.some(({ event }) => event.kind.startsWith('flapping')))
          expect([...all].sort()).toEqual(cut.map(idOf).sort());
      }),
      { numRuns: 100 },
    );
  });

  test('an alert that flaps for ever is told of a bounded number of times', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 40, maxLength: 300 }), (truths) => {
        const watch = new Watch([ruleOf({ cooldownMs: 1000 * HOUR_MS })]);
        const counts = truths.map(
          (truth, minute) => watch.at(START + minute * MINUTE_MS, { 'high-error-rate': truth }).length,
        );
        for (let end = 20; end <= counts.length; end++) {
          // Made to sit between the two thresholds; 20 would be a message each time. Most see 7 or 8.
          expect(counts.slice(end - 20, end).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(16);
        }
      }),
    );
  });
});
