import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideRotation, type Entry } from '../../src/lib/logs/decide.js';
import { deferralOf } from '../../src/lib/logs/deferral.js';
import { numberedName, parseRotatedName, patternToRegExp, rotatedName } from '../../src/lib/logs/names.js';

const NOW = new Date('2026-11-23T03:00:00Z');
const logs = patternToRegExp('*.log');
const DAY_MS = 86_400_000;
const policy = {
  logs,
  rotateAboveBytes: 100,
  keepForMs: 7 * DAY_MS,
  extension: '.zst',
  ownerId: undefined,
  now: NOW,
} as const;

const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS);
const entry = (name: string, change: Partial<Entry> = {}): Entry => ({
  name,
  kind: 'file',
  links: 1,
  ownerId: 1000,
  sizeBytes: 10,
  modifiedAt: daysAgo(0),
  ...change,
});
const stamped = (days: number) => rotatedName('app.log', daysAgo(days));
const actionFor = (found: Entry, change: object = {}) =>
  decideRotation([found], { ...policy, ...change }).actions.map(({ action }) => action);

test.each<[string, Entry, string[]]>([
  ['a small log', entry('app.log', { sizeBytes: 100 }), ['skip']],
  ['a large log', entry('app.log', { sizeBytes: 101 }), ['rotate']],
  ['rotated 8 days ago', entry(`${stamped(8)}.gz`, { modifiedAt: daysAgo(8) }), ['delete']],
  ['of a log that is no longer there, numbered', entry(`${stamped(8)}.3.zst`, { modifiedAt: daysAgo(8) }), ['delete']],
  ['rotated 6 days ago', entry(`${stamped(6)}.zst`, { modifiedAt: daysAgo(9) }), ['skip']],
  ['stamped long ago, but written to lately', entry(`${stamped(99)}.zst`, { modifiedAt: daysAgo(1) }), ['skip']],
  ['stamped in the future', entry(`${stamped(-400)}.zst`, { modifiedAt: daysAgo(99) }), ['skip']],
  ['rotated, not compressed', entry(stamped(1)), ['compress']],
  ['rotated, not compressed, too old', entry(stamped(8), { modifiedAt: daysAgo(8) }), ['delete']],
  ['the guide’s app.log.gz, 8 days', entry('app.log.gz', { modifiedAt: daysAgo(8) }), ['delete']],
  ['the guide’s app.log.gz, 6 days', entry('app.log.gz', { modifiedAt: daysAgo(6) }), ['skip']],
  ['an archive that is no log’s', entry('backup.tar.gz', { modifiedAt: daysAgo(99) }), []],
  ['of a log outside the pattern', entry('app.txt-20200101T000000Z.gz', { modifiedAt: daysAgo(99) }), []],
  ['a date that is none', entry('app.log-20261399T000000Z.gz', { modifiedAt: daysAgo(1) }), ['skip']],
  ['a file in the making', entry(`${stamped(0)}.zst.0123456789ab.partial`), ['skip']],
  ['one left behind', entry(`${stamped(2)}.zst.0123456789ab.partial`, { modifiedAt: daysAgo(2) }), ['delete']],
  ['a symbolic link', entry('app.log', { kind: 'symbolic link' }), ['refuse']],
  ['a hard link, too old', entry(`${stamped(8)}.gz`, { links: 2, modifiedAt: daysAgo(8) }), ['refuse']],
  ['a hidden file', entry('.app.log', { sizeBytes: 101 }), []],
])('%s', (_what, found, expected) => {
  expect(actionFor(found)).toEqual(expected);
});

test('whose log it is matters to an ordinary user', () => {
  expect(actionFor(entry('app.log', { sizeBytes: 101 }), { ownerId: 1000 })).toEqual(['rotate']);
  expect(actionFor(entry('app.log', { sizeBytes: 101 }), { ownerId: 1001 })).toEqual(['refuse']);
});

test('a pattern that fits everything does not rotate what was rotated', () => {
  const all = { logs: patternToRegExp('*'), extension: '' };
  expect(actionFor(entry(`${stamped(1)}.zst`, { sizeBytes: 101 }), all)).toEqual(['skip']);
});

test.each([
  ['*.log', 'a(b)[c]+.log', true],
  ['*.log', 'a.log.gz', false],
  ['*.log', 'axlog', false],
  ['app?.log', 'app1.log', true],
  ['app?.log', 'app12.log', false],
  ['*.log', 'new\nline.log', true],
])('pattern %j, name %j: %p', (pattern, name, expected) => {
  expect(patternToRegExp(pattern).test(name)).toBe(expected);
});

test('property: every name that rotation makes says what it is', () => {
  const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  const stem = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.startsWith('.'));
  const extension = fc.constantFrom('', '.gz', '.zst');
  fc.assert(
    fc.property(stem, time, fc.nat(999), extension, (text, at, number, suffix) => {
      const name = numberedName(`${rotatedName(`${text}.log`, at)}${suffix}`, number);
      expect(parseRotatedName(name, logs)).toEqual({
        log: `${text}.log`,
        rotatedAt: new Date(Math.floor(at.getTime() / 1000) * 1000),
        isCompressed: suffix !== '',
      });
    }),
  );
});

describe('whether a rotated log has to wait', () => {
  const log = { name: 'app.log-x', rotatedAt: daysAgo(1), modifiedAt: daysAgo(1), isFresh: false };
  const told = { reopenWithinMs: 5000, isTold: true };
  const seen = (pids: number[], isComplete: boolean, seesHost = true) => ({
    pids: new Map(pids.length > 0 ? [[log.name, pids]] : []),
    isComplete,
    seesHost,
  });
  test.each([
    ['nobody writes', log, seen([], true), told, undefined],
    ['a process writes, of this run', { ...log, isFresh: true }, seen([7], true), told, 'info'],
    [
      'a process writes, and nobody told it',
      { ...log, isFresh: true },
      seen([7], true),
      { ...told, isTold: false },
      'warning',
    ],
    ['a process writes since an earlier run', log, seen([7], true), told, 'warning'],
    ['not all can be seen, of this run', { ...log, isFresh: true }, seen([], false), told, 'info'],
    [
      'none outside the container can be seen, of this run',
      { ...log, isFresh: true },
      seen([], true, false),
      told,
      'info',
    ],
    ['none outside the container can be seen, quiet since', log, seen([], true, false), told, undefined],
    ['not all can be seen, quiet since it was rotated', log, seen([], false), told, undefined],
    ['not all can be seen, written to since', { ...log, modifiedAt: daysAgo(0) }, seen([], false), told, 'info'],
  ])('%s', (_what, file, writers, policyOf, severity) => {
    expect(deferralOf(file, writers, policyOf)?.severity).toBe(severity);
  });
});
