/** What retention keeps and removes: by table, and by what holds for every catalogue there can be. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { groupOf, isGood, levelOf, type Manifest, sizeOf } from '../../src/lib/backup/manifest.js';
import { planRetention } from '../../src/lib/backup/retention/plan-retention.js';
import type { Damaged } from '../../src/lib/backup/store.js';
import type { Retention } from '../../src/lib/config/backup.js';
import { type BackupOptions, manifestOf } from '../support/backups.js';

const DAY_MS = 86_400_000;
const NEWEST = Date.parse('2026-11-23T03:00:00Z'); // a Monday
const daysAgo = (days: number) => new Date(NEWEST - days * DAY_MS);
const ago = (days: number, about: Omit<BackupOptions, 'createdAt'> = {}) =>
  manifestOf({ createdAt: daysAgo(days), ...about });
const failure = { level: 1, at: '2026-11-23T04:00:00.000Z', reason: 'a checksum is another' } as const;
const database = (name: string, system = '7') => ({
  kind: 'database' as const,
  source: `postgresql://db/${name}`,
  database: {
    name,
    system,
    serverVersion: '15',
    programVersion: '15',
    sizeBytes: 1,
    encoding: 'UTF8',
    collate: 'C',
    ctype: 'C',
    collationVersion: null,
    extensions: [],
    tables: [],
  },
});

const NONE: Retention = { minimum: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const DEFAULT: Retention = { minimum: 3, daily: 7, weekly: 5, monthly: 12, yearly: 0 };
const plan = (backups: readonly Manifest[], retention: Retention = DEFAULT, damaged: readonly Damaged[] = []) =>
  planRetention({ backups, damaged }, retention);
const removed = (...args: Parameters<typeof plan>) =>
  plan(...args).decisions.flatMap(({ backup, action }) => (action === 'remove' ? [backup.id] : []));
const reasonsFor = ({ id }: Manifest, { decisions }: ReturnType<typeof plan>) =>
  decisions.find(({ backup }) => backup.id === id)?.reasons;

describe('one group', () => {
  test('a backup a day for two years: the last of 7 days, 5 weeks, 12 months', () => {
    const backups = Array.from({ length: 730 }, (_, day) => ago(day));
    const { decisions, findings } = plan(backups);
    expect(findings).toEqual([]);
    const kept = decisions.filter(({ action }) => action === 'keep').map(({ backup }) => backup.createdAt.slice(0, 10));
    const months = '2025-12-31 2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30 2026-07-31 2026-08-31';
    const sundays = '2026-11-01 2026-11-08 2026-11-15';
    const days = '2026-11-17 2026-11-18 2026-11-19 2026-11-20 2026-11-21 2026-11-22 2026-11-23';
    expect(kept.join(' ')).toBe(`${months} 2026-09-30 2026-10-31 ${sundays} ${days}`);
  });

  test('several a day: the last of each; weeks begin on Monday, all in UTC', () => {
    const at = (iso: string) => manifestOf({ createdAt: new Date(iso) });
    const backups = [
      at('2026-11-21T23:59:59Z'),
      at('2026-11-22T00:00:00Z'),
      at('2026-11-22T23:59:59Z'), // the last second of a week
      at('2026-11-23T00:00:00Z'),
      at('2026-11-23T12:00:00Z'),
    ];
    const ids = backups.map(({ id }) => id);
    expect(removed(backups, { ...NONE, daily: 2 })).toEqual([ids[0], ids[1], ids[3]]);
    expect(removed(backups, { ...NONE, weekly: 2 })).toEqual([ids[0], ids[1], ids[3]]);
    expect(removed(backups, { ...NONE, monthly: 2 })).toEqual(ids.slice(0, 4));
    expect(reasonsFor(backups[2] as Manifest, plan(backups, { ...NONE, weekly: 2 }))).toEqual([
      'the last of the week of 2026-11-16',
    ]);
  });

  test('every reason is given', () => {
    const backup = ago(0, { levels: [1, 2, 3], pinned: { at: '2026-11-23T04:00:00.000Z', reason: 'upgrade' } });
    expect(reasonsFor(backup, plan([backup], { ...DEFAULT, yearly: 1 }))).toEqual([
      'pinned: upgrade',
      'the newest good one',
      'one of the 3 newest good ones',
      'the newest proven to level 2',
      'the newest proven to level 3',
      'the last of the day 2026-11-23',
      'the last of the week of 2026-11-23',
      'the last of the month 2026-11',
      'the last of the year 2026',
    ]);
  });

  test('what a restore made first takes the place of none: somebody wanted to get rid of that state', () => {
    const at = (iso: string, name?: string) => manifestOf({ createdAt: new Date(iso), levels: [1, 2], name });
    const nightly = at('2026-10-31T03:00:00Z');
    const safety = [10, 11, 12].map((hour) => at(`2026-10-31T${hour}:00:00Z`, 'before-restore'));
    expect(removed([nightly, ...safety], { ...NONE, minimum: 3 })).toEqual([]);
    expect(removed([nightly, ...safety], NONE)).toEqual(safety.slice(0, 2).map(({ id }) => id));
    const later = [ago(2), ago(1), ago(0)];
    const monthly = plan([nightly, ...safety, ...later], { ...NONE, monthly: 2 });
    expect(reasonsFor(nightly, monthly)).toEqual(['the newest proven to level 2', 'the last of the month 2026-10']);
    expect(reasonsFor(safety[2] as Manifest, monthly)).toEqual([
      'the newest proven to level 2',
      'the last of the month 2026-10',
    ]);
  });

  test('the newest at each level stays, however old', () => {
    const [third, second, first] = [ago(900, { levels: [1, 3] }), ago(300, { levels: [1, 2] }), ago(0)];
    expect(removed([ago(950, { levels: [1, 3] }), third, ago(400), second, first], NONE)).toHaveLength(2);
    expect(reasonsFor(third, plan([third, second, first], NONE))).toEqual(['the newest proven to level 3']);
  });

  test('weeks without a backup use nothing up', () => {
    const backups = [ago(400), ago(300), ago(200), ago(100), ago(0)];
    expect(removed(backups, { ...NONE, daily: 5 })).toEqual([]);
  });

  test.each<[string, Partial<BackupOptions>, string]>([
    ['failed its verification', { failure }, 'failed its verification'],
    ['was never verified', { levels: [] }, 'was never verified'],
    ['was only looked at', { levels: [0] }, 'was never verified'],
  ])('nothing is removed when the newest %s', (_, about, words) => {
    const backups = [...Array.from({ length: 30 }, (_, day) => ago(day + 1)), ago(0, about)];
    const { decisions, findings } = plan(backups, { ...NONE, maxSize: 1 });
    expect(decisions.filter(({ action }) => action === 'remove')).toEqual([]);
    expect(findings).toMatchObject([{ code: 'VOPS-BACKUP-RETENTION-HELD' }, { code: 'VOPS-BACKUP-OVER-SIZE' }]);
    expect(findings[0]?.message).toContain(words);
  });

  test('nothing is removed when a damaged one may have been the newest', () => {
    const backups = Array.from({ length: 30 }, (_, day) => ago(day));
    const newest = 'config-20261123T030000Z-00000000';
    expect(removed(backups, NONE, [{ id: newest, reason: 'cut' }])).toEqual([]);
    expect(removed(backups, NONE, [{ id: newest.replace('1123', '1122'), reason: 'cut' }])).toHaveLength(29);
    expect(removed(backups, NONE, [{ id: newest.replace('config', 'files'), reason: 'cut' }])).toHaveLength(29);
  });

  test('a failed one goes once enough newer ones are good, and says why', () => {
    const bad = ago(9, { failure });
    expect(removed([bad, ago(1), ago(0)], DEFAULT)).toEqual([]);
    const later = plan([bad, ago(2), ago(1), ago(0)], DEFAULT);
    expect(reasonsFor(bad, later)).toEqual([
      'its verification failed (a checksum is another), and newer ones are good',
    ]);
    expect(removed([ago(9, { failure, pinned: { at: failure.at } }), ago(2), ago(1), ago(0)], DEFAULT)).toEqual([]);
  });

  test('a verification that condemns everything costs nothing', () => {
    const condemned = Array.from({ length: 20 }, (_, day) => ago(day + 1, { failure }));
    expect(removed([...condemned, ago(0)])).toEqual([]);
  });

  test('those never verified, of the first versions, are neither counted nor removed', () => {
    const old = Array.from({ length: 20 }, (_, day) => ago(day + 1, { levels: [] }));
    expect(removed([...old, ago(0)], NONE)).toEqual([]);
  });

  test.each([10, -10])('a clock %i years wrong for one backup', (years) => {
    const right = Array.from({ length: 10 }, (_, day) => ago(day));
    const wrong = manifestOf({ createdAt: new Date(NEWEST + years * 365 * DAY_MS) });
    const kept = 10 + 1 - removed([...right, wrong], { ...NONE, minimum: 3, daily: 7 }).length;
    expect(kept).toBe(7);
  });
});

describe('several groups', () => {
  test('databases by cluster and name, never by a beginning of the name or the address', () => {
    const of = (name: string, system: string) =>
      Array.from({ length: 3 }, (_, day) => ago(day, database(name, system)));
    const backups = [...of('app', '1'), ...of('app', '2'), ...of('app-staging', '1'), ...of('app_', '1')];
    const kept = plan(backups, NONE).decisions.filter(({ action }) => action === 'keep');
    expect(new Set(kept.map(({ group }) => group)).size).toBe(4);
    expect(kept).toHaveLength(4);
  });

  test('a bad newest holds only its own group', () => {
    const bad = [ago(9, database('a')), ago(8, database('a')), ago(0, { ...database('a'), failure })];
    const fine = [ago(9, database('b')), ago(8, database('b'))];
    expect(removed([...bad, ...fine], NONE)).toEqual([fine[0]?.id]);
  });
});

describe('maxSize', () => {
  const files = (days: number, sizeBytes: number) => ago(days, { kind: 'files', sizeBytes });
  const config = (days: number, sizeBytes: number) => ago(days, { sizeBytes });

  test('the oldest that may go, over all kinds, until all fits', () => {
    const backups = [files(5, 100), files(4, 100), config(3, 100), config(2, 100), files(1, 100), config(0, 100)];
    const kept = { ...NONE, daily: 9 };
    expect(removed(backups, { ...kept, maxSize: 600 })).toEqual([]);
    expect(removed(backups, { ...kept, maxSize: 599 })).toEqual([backups[0]?.id]);
    expect(removed(backups, { ...kept, maxSize: 300 })).toEqual(backups.slice(0, 3).map(({ id }) => id));
  });

  test('many small ones are not given for a large one', () => {
    const small = Array.from({ length: 20 }, (_, day) => config(30 + day, 1));
    const large = [files(20, 1000), files(10, 1000), files(0, 1000)];
    const ids = removed([...small, ...large, config(1, 1)], { ...NONE, daily: 99, maxSize: 2500 });
    expect(ids).toEqual([large[0]?.id]);
  });

  test('what cannot be met is a warning, and the protected stay', () => {
    const backups = [files(3, 100), files(2, 100), files(1, 100), files(0, 100)];
    const { decisions, findings } = plan(backups, { ...DEFAULT, maxSize: 10 });
    expect(decisions.map(({ action }) => action)).toEqual(['remove', 'keep', 'keep', 'keep']);
    expect(findings).toMatchObject([{ code: 'VOPS-BACKUP-OVER-SIZE', severity: 'warning' }]);
    expect(decisions[0]?.reasons[0]).toContain('larger than 10 B');
  });

  test('bad ones do not drive out good ones', () => {
    const bad = [files(9, 1000), files(0, 1000)].map((backup) => ({ ...backup, failure }));
    const good = [config(5, 100), config(0, 100)];
    const { decisions, findings } = plan([...bad, ...good], { ...DEFAULT, maxSize: 500 });
    expect(decisions.filter(({ action }) => action === 'remove')).toEqual([]);
    expect(findings.map(({ code }) => code)).toEqual(['VOPS-BACKUP-RETENTION-HELD', 'VOPS-BACKUP-OVER-SIZE']);
  });
});

describe('for every catalogue', () => {
  const anyBackup = fc
    .record({
      time: fc.integer({ min: Date.parse('2019-12-20T00:00:00Z'), max: Date.parse('2026-12-31T00:00:00Z') }),
      group: fc.constantFrom<Partial<BackupOptions>>(
        { kind: 'config' },
        { kind: 'files' },
        database('app'),
        database('app-staging'),
      ),
      sizeBytes: fc.nat({ max: 1000 }),
      levels: fc.constantFrom<(0 | 1 | 2 | 3)[]>([1], [1], [1, 2], [1, 2, 3], [1, 3], [], [0]),
      isBad: fc.nat({ max: 5 }),
      isPinned: fc.nat({ max: 9 }),
    })
    .map(({ time, group, sizeBytes, levels, isBad, isPinned }) =>
      manifestOf({
        ...group,
        createdAt: new Date(time),
        sizeBytes,
        levels,
        ...(isBad === 0 ? { failure } : {}),
        ...(isPinned === 0 ? { pinned: { at: failure.at } } : {}),
      }),
    );
  const anyBackups = fc.array(anyBackup, { maxLength: 60 });
  const small = fc.nat({ max: 4 });
  const anyRetention = fc
    .record({
      minimum: fc.integer({ min: 1, max: 4 }),
      daily: small,
      weekly: small,
      monthly: small,
      yearly: small,
      maxSize: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
    })
    .map((retention): Retention => retention);
  const anyDamaged = fc.array(
    fc
      .tuple(fc.constantFrom('config', 'files', 'database'), fc.constantFrom('2019', '2022', '2027'), fc.nat())
      .map(([kind, year, n]) => ({
        id: `${kind}-${year}0101T000000Z-${n.toString(16).padStart(8, '0').slice(-8)}`,
        reason: 'cut',
      })),
    { maxLength: 2 },
  );
  const check = (
    property: (backups: Manifest[], retention: Retention, damaged: Damaged[]) => void,
    backups: fc.Arbitrary<Manifest[]> = anyBackups,
  ) => fc.assert(fc.property(backups, anyRetention, anyDamaged, property), { numRuns: 200 });
  const groupsIn = (backups: readonly Manifest[]) => [...new Set(backups.map(groupOf))];
  const newestFirst = (backups: readonly Manifest[]) =>
    backups.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));

  test('every backup has one decision, with reasons', () => {
    check((backups, retention, damaged) => {
      const { decisions } = plan(backups, retention, damaged);
      expect(decisions.map(({ backup }) => backup.id).sort()).toEqual(backups.map(({ id }) => id).sort());
      expect(decisions.every(({ reasons }) => reasons.length > 0 && reasons.every((reason) => reason !== ''))).toBe(
        true,
      );
    });
  });

  test('the newest good one, the minimum, the newest of each level and the pinned are never removed', () => {
    check((backups, retention, damaged) => {
      const gone = new Set(removed(backups, retention, damaged));
      for (const group of groupsIn(backups)) {
        const good = newestFirst(backups.filter((one) => groupOf(one) === group && isGood(one)));
        for (const { id } of good.slice(0, Math.max(1, retention.minimum))) expect(gone).not.toContain(id);
        for (const level of [1, 2, 3]) {
          const first = good.find((one) => (levelOf(one) ?? 0) >= level);
          if (first) expect(gone).not.toContain(first.id);
        }
      }
      for (const { id, pinned } of backups) if (pinned) expect(gone).not.toContain(id);
    });
  });

  test('nothing goes from a group whose newest is bad; nothing at all without a newer good one', () => {
    check((backups, retention, damaged) => {
      const gone = new Set(removed(backups, retention, damaged));
      for (const group of groupsIn(backups)) {
        const all = newestFirst(backups.filter((one) => groupOf(one) === group));
        const lost = all.filter(({ id }) => gone.has(id));
        if (all[0] && !isGood(all[0])) expect(lost).toEqual([]);
        const newest = all.findIndex(isGood);
        for (const one of lost) expect(all.indexOf(one)).toBeGreaterThan(newest);
      }
    });
  });

  test('planning again after it was done removes nothing more', () => {
    check((backups, retention, damaged) => {
      const gone = new Set(removed(backups, retention, damaged));
      const left = backups.filter(({ id }) => !gone.has(id));
      expect(removed(left, retention, damaged)).toEqual([]);
    });
  });

  test('the order they come in does not matter', () => {
    fc.assert(
      fc.property(
        anyBackups.chain((backups) =>
          fc.tuple(fc.constant(backups), fc.shuffledSubarray(backups, { minLength: backups.length })),
        ),
        anyRetention,
        ([backups, shuffled], retention) => {
          expect(plan(shuffled, retention)).toEqual(plan(backups, retention));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('one more bad backup never costs a good one', () => {
    fc.assert(
      fc.property(anyBackups, anyRetention, anyBackup, (backups, retention, more) => {
        const { verified: _, ...rest } = more;
        for (const bad of [{ ...more, failure }, rest]) {
          const before = new Set(removed(backups, retention));
          const good = new Set(backups.filter(isGood).map(({ id }) => id));
          const costs = removed([...backups, bad], retention).filter((id) => good.has(id) && !before.has(id));
          expect(costs).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a clock that is four hundred years off, as to all of them, changes nothing', () => {
    const SHIFT_MS = 146_097 * DAY_MS; // whole weeks, and the same calendar
    check((backups, retention) => {
      const shifted = backups.map((one) => ({
        ...one,
        createdAt: new Date(Date.parse(one.createdAt) + SHIFT_MS).toISOString(),
      }));
      expect(removed(shifted, retention)).toEqual(removed(backups, retention));
    });
  });

  test('of good ones: no larger than allowed unless nothing more may go, and nothing goes that there is room for', () => {
    check((all, { maxSize = 10_000, ...retention }) => {
      const { decisions, findings } = plan(all.filter(isGood), { ...retention, maxSize });
      const kept = decisions.filter(({ action }) => action === 'keep');
      const total = kept.reduce((sum, { backup }) => sum + sizeOf(backup), 0);
      expect(findings.map(({ code }) => code)).toEqual(total > maxSize ? ['VOPS-BACKUP-OVER-SIZE'] : []);
      const mayGo = kept.filter(({ reasons }) => reasons.every((reason) => reason.startsWith('the last of')));
      if (total > maxSize) expect(mayGo).toEqual([]);
      const tooLarge = decisions.filter(({ reasons }) => reasons[0]?.startsWith('all together'));
      for (const { backup } of tooLarge) expect(total + sizeOf(backup)).toBeGreaterThan(maxSize);
    });
  });

  test('one kind does not decide on another', () => {
    check((backups, limited, damaged) => {
      const retention = { ...limited, maxSize: undefined };
      const all = new Set(removed(backups, retention, damaged));
      for (const kind of ['config', 'files', 'database'] as const) {
        const alone = backups.filter((one) => one.kind === kind);
        expect(new Set(removed(alone, retention, damaged))).toEqual(
          new Set(alone.map(({ id }) => id).filter((id) => all.has(id))),
        );
      }
    });
  });
});
