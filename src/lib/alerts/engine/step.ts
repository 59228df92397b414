/** The state machine of one alert: inactive → pending → firing → inactive. Who is told is decided elsewhere. */
import type { Rule } from '../rule.js';
import type { AlertRecord, Phase } from './alert-state.js';
import type { Verdict } from './evaluation.js';
import { isFlapping, rememberEvaluation } from './flapping.js';

/** What an evaluation says of an alert. `dark`: it has been unknown so long that it fires, whatever `for` says. */
type Reading = 'holds' | 'ended' | 'unknown' | 'dark';

/** An alert that is as it was before the first evaluation. */
export const newRecord = (rule: string, episode: number): AlertRecord => ({
  rule,
  phase: 'inactive',
  episode,
  told: [],
});

interface Seen {
  readonly verdict: Verdict;
  readonly now: number;
  /** No episode that begins has this number or a lower one. */
  readonly episodeBase: number;
}

/** The record after one more evaluation at `now`. Returns the very record where nothing changed. */
export function stepAlert(record: AlertRecord, rule: Rule, seen: Seen): AlertRecord {
  const { now, episodeBase } = seen;
  const reading = read(record.phase, seen.verdict);
  const isRemembered = reading === 'unknown' && (record.phase !== 'inactive' || rule.noData !== 'keep');
  const unknownSince = isRemembered ? (record.unknownSince ?? now) : undefined;
  const isLong = unknownSince !== undefined && now - unknownSince >= rule.noDataForMs;
  const moved = move(record, rule, {
    now,
    episodeBase,
    reading: isLong ? meaningOfNoData(rule, record.phase) : reading,
  });
  const known = moved.unknownSince === unknownSince ? moved : { ...moved, unknownSince };
  return countChange(known, (record.phase === 'firing') !== (moved.phase === 'firing'));
}

function read(phase: Phase, { truth, clears }: Verdict): Reading {
  if (truth === true) return 'holds';
  if (phase !== 'firing') return truth === false ? 'ended' : 'unknown';
  // Between the two conditions a firing alert goes on.
  if (clears === null) return 'unknown';
  return clears ? 'ended' : 'holds';
}

/** `keep` holds on to what is known to fire; what is only pending has no proof left. */
function meaningOfNoData({ noData }: Rule, phase: Phase): Reading {
  const keep = phase === 'pending' ? 'ended' : 'unknown';
  return ({ keep, ok: 'ended', alert: 'dark' } as const)[noData];
}

type Step = Omit<Seen, 'verdict'> & { readonly reading: Reading };

function move(record: AlertRecord, rule: Rule, step: Step): AlertRecord {
  const { now, reading } = step;
  if (reading === 'unknown') return record;
  if (record.phase === 'firing') return reading === 'ended' ? end(record, rule, now) : goOn(record);
  if (reading === 'ended') return record.phase === 'pending' ? toInactive(record) : record;
  const pendingSince = record.pendingSince ?? now;
  if (reading === 'dark' || now - pendingSince >= rule.forMs) return begin(record, step);
  return record.phase === 'pending' ? record : { ...record, phase: 'pending', pendingSince };
}

const goOn = (record: AlertRecord): AlertRecord =>
  record.clearSince === undefined ? record : { ...record, clearSince: undefined };

function end(record: AlertRecord, rule: Rule, now: number): AlertRecord {
  const clearSince = record.clearSince ?? now;
  if (now - clearSince >= rule.keepFiringForMs) return toInactive(record);
  return record.clearSince === undefined ? { ...record, clearSince } : record;
}

/** The same without an episode's timers; its number, its begin and its peak stay until the next one. */
export const toInactive = (record: AlertRecord): AlertRecord => ({
  ...record,
  phase: 'inactive',
  pendingSince: undefined,
  clearSince: undefined,
});

/**
 * While an alert flaps, its ups and downs are one episode: those told of its beginning have yet to be told of its end. An
 * end that was told all the same, by an evaluation that was cut short, stays one.
 */
function begin(record: AlertRecord, { now, episodeBase }: Step): AlertRecord {
  const firing: AlertRecord = { ...toInactive(record), phase: 'firing', firedAt: now };
  const isToldOver = record.told.some((told) => told.episode === record.episode && !told.firing);
  if (record.flapping && !isToldOver) return firing;
  const episode = Math.max(record.episode, episodeBase) + 1;
  return { ...firing, episode, flaps: record.flapping ? 1 : undefined, peak: undefined };
}

function countChange(record: AlertRecord, isChanged: boolean): AlertRecord {
  const before = record.changes ?? 0;
  const changes = rememberEvaluation(before, isChanged);
  if (changes === before) return record;
  const flaps = isFlapping(changes, record.flapping ?? false);
  return {
    ...record,
    changes: changes === 0 ? undefined : changes,
    flapping: flaps || undefined,
    flaps: flaps && !record.flapping ? (record.flaps ?? 0) + 1 : record.flaps,
  };
}
