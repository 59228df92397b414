/** What is decided without clock or disk: patience, knowledge, selection. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AlertEvent } from '../../../src/lib/alerts/event.js';
import { ChannelState } from '../../../src/lib/alerts/outbox/channel-state.js';
import type { Entry } from '../../../src/lib/alerts/outbox/entry.js';
import { knownAfter } from '../../../src/lib/alerts/outbox/known.js';
import { afterFailure, afterSuccess, isDown, waitBefore } from '../../../src/lib/alerts/outbox/patience.js';
import { expired, nextBatch, surplus } from '../../../src/lib/alerts/outbox/selection.js';
import { alertEvent } from '../../support/delivery.js';

const unused = ChannelState.parse({
  version: 1,
  failures: 0,
  lastAttempt: null,
  failingSince: null,
  lastError: null,
  lastSuccessAt: null,
  down: null,
  reroutedUntil: null,
  unmentionedDrops: 0,
  counts: { delivered: 0, failed: 0, dead: 0, dropped: 0 },
  firing: {},
});
const start = new Date('2026-11-25T10:00:00.000Z');
const later = (milliseconds: number) => new Date(start.getTime() + milliseconds);
const failure = { now: start, reason: 'answered 503', isFinal: false, random: 1 };
const entryOf = (event: Partial<AlertEvent> = {}, enqueuedAt = start.toISOString()): Entry => ({
  version: 1,
  channel: 'ops',
  enqueuedAt,
  insteadOf: [],
  event: alertEvent(event),
});

describe('what a channel knows', () => {
  const firing: Partial<AlertEvent> = {};
  const reminder = { kind: 'reminder', at: later(120_000).toISOString() } as const;
  const resolved = { kind: 'resolved', at: later(180_000).toISOString() } as const;
  const again = { episode: 2, at: later(240_000).toISOString() };
  const flapping = { kind: 'flapping-started', at: later(120_000).toISOString() } as const;
  const settled = { kind: 'flapping-ended', at: later(180_000).toISOString() } as const;

  test.each<
    [what: string, told: Partial<AlertEvent>[], left: Partial<AlertEvent>[], firing: string[], flapping: string[]]
  >([
    ['a firing', [firing], [], ['slow-hooks-1-firing'], []],
    ['a reminder', [firing, reminder], [], ['slow-hooks-1-reminder'], []],
    ['the end', [firing], [resolved], [], []],
    ['both at once', [firing, resolved], [], [], []],
    ['the end, and another begin', [firing], [again, resolved], ['slow-hooks-2-firing'], []],
    ['the end of an earlier one, late', [again], [resolved], ['slow-hooks-2-firing'], []],
    ['another alert', [firing], [{ ...resolved, rule: 'disk-full' }], ['slow-hooks-1-firing'], []],
    ['a notice of the same name', [firing], [{ kind: 'notice' }], ['slow-hooks-1-firing'], []],
    ['flapping', [firing, flapping], [], ['slow-hooks-1-firing'], ['slow-hooks-1-flapping-started']],
    ['flapping no more', [flapping], [settled], [], []],
  ])('%s', (_, first, second, fires, flaps) => {
    const known = knownAfter(
      knownAfter(
        unused,
        first.map((event) => entryOf(event)),
        true,
      ),
      second.map((event) => entryOf(event)),
      true,
    );
    const ids = (events: Readonly<Record<string, AlertEvent>>) => Object.values(events).map(({ id }) => id);
    expect([ids(known.firing), ids(known.flapping)]).toEqual([fires, flaps]);
  });

  test('what was not delivered is not known, but an end that never will be is', () => {
    const known = knownAfter(unused, [entryOf()], true);
    expect(knownAfter(unused, [entryOf()], false).firing).toEqual({});
    expect(knownAfter(known, [entryOf(resolved)], false).firing).toEqual({});
  });
});

describe('patience', () => {
  test('the longest waits double from 1 s to 5 min', () => {
    let state = unused;
    const waits = Array.from({ length: 12 }, () => {
      state = afterFailure(state, failure);
      return waitBefore(state, start) / 1000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  test('chance takes any part of the longest wait; a final failure has none', () => {
    const state = { ...unused, failures: 3 };
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
        const waitMs = waitBefore(afterFailure(state, { ...failure, random }), start);
        return waitMs >= 0 && waitMs <= 8_000;
      }),
    );
    expect(waitBefore(afterFailure(state, { ...failure, isFinal: true }), start)).toBe(0);
  });

  test.each([
    [30_000, 30_000],
    [0, 0],
    [86_400_000 * 365, 3_600_000],
  ])('a wish of %d ms is one of %d', (retryAfterMs, waitMs) => {
    expect(waitBefore(afterFailure(unused, { ...failure, retryAfterMs }), start)).toBe(waitMs);
  });

  test('whatever the clock does, no wait is longer than the one that was set', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e10, max: 1e10 }), fc.nat(3_600_000), (step, retryAfterMs) => {
        const waitMs = waitBefore(afterFailure(unused, { ...failure, retryAfterMs }), later(step));
        return waitMs >= 0 && waitMs <= retryAfterMs && (step >= 0 || waitMs === 0);
      }),
    );
  });

  test('down: after ten minutes in vain, at once for good, and not after a success', () => {
    const failing = afterFailure(unused, failure);
    expect(isDown(unused, start, true)).toBe(false);
    expect(isDown(failing, later(599_999), true)).toBe(false);
    expect(isDown(failing, later(600_000), true)).toBe(true);
    expect(isDown(afterFailure(unused, { ...failure, isFinal: true }), start, true)).toBe(true);
    expect(isDown(afterSuccess(failing, later(700_000)), later(9e6), true)).toBe(false);
  });

  test('down: also where the clock stepped back meanwhile', () => {
    const failing = afterFailure(afterFailure(unused, { ...failure, now: later(86_400_000) }), failure);
    expect(isDown(failing, later(599_999), true)).toBe(false);
    expect(isDown(failing, later(600_000), true)).toBe(true);
  });
});

describe('selection', () => {
  test('every entry is in exactly one of the batches, and the ids of each fit beside its text', () => {
    const entries = fc.array(
      fc.record({
        rule: fc.stringMatching(/^[a-z]{1,80}$/),
        episode: fc.nat(3),
        kind: fc.constantFrom('firing' as const, 'resolved' as const, 'notice' as const),
        severity: fc.constantFrom('info' as const, 'warning' as const, 'critical' as const),
      }),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(entries, fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }), (events, itemsAtOnce) => {
        let left: readonly Entry[] = events.map((event) => entryOf(event));
        const told: Entry[] = [];
        for (let batch = nextBatch(left, itemsAtOnce); batch; batch = nextBatch(left, itemsAtOnce)) {
          const gone = new Set(batch.entries);
          expect(gone.size).toBeGreaterThan(0);
          expect(batch.items.length).toBeLessThanOrEqual(itemsAtOnce ?? 200);
          told.push(...batch.entries);
          left = left.filter((entry) => !gone.has(entry));
        }
        expect(told.length).toBe(events.length);
      }),
      { numRuns: 50 },
    );
  });

  test('the worst is told first', () => {
    const entries = (['info', 'critical', 'warning'] as const).map((severity) => entryOf({ rule: severity, severity }));
    expect(nextBatch(entries, 1)?.entries.map(({ event }) => event.rule)).toEqual(['critical']);
    expect(nextBatch([])).toBeUndefined();
  });

  test('room is made by reminders, then by what matters least, the oldest first', () => {
    const entries = [
      entryOf({ rule: 'a', severity: 'critical' }, '2026-11-25T01:00:00.000Z'),
      entryOf({ rule: 'b', severity: 'info' }, '2026-11-25T03:00:00.000Z'),
      entryOf({ rule: 'c', severity: 'info' }, '2026-11-25T02:00:00.000Z'),
      entryOf({ rule: 'd', severity: 'warning' }),
      entryOf({ rule: 'e', severity: 'critical', kind: 'reminder' }),
    ];
    const dropped = (slots: number) => surplus(entries, slots).map(({ event }) => event.rule);
    expect(dropped(5)).toEqual([]);
    expect(dropped(1)).toEqual(['e', 'c', 'b', 'd']);
  });

  test('a week is the limit; an entry of the future is new', () => {
    const entries = [entryOf(), entryOf({}, '2027-01-01T00:00:00.000Z')];
    expect(expired(entries, later(7 * 86_400_000))).toEqual([]);
    expect(expired(entries, later(7 * 86_400_000 + 1))).toEqual([entries[0]]);
  });
});
