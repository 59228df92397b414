/** How often flags are evaluated, by whatever decides them. */
import type { Outbox } from '../archive/outbox.js';
import type { FlagRow } from '../archive/tables.js';

/** Since the start. */
export interface Evaluations {
  readonly name: string;
  /** Who decided: `file`, `strapi`, or the name of a provider. */
  readonly source: string;
  evaluations: number;
  enabledEvaluations: number;
  /** ms since 1970. */
  lastAt: number;
}

export interface FlagUsage {
  readonly count: (name: string, source: string, isEnabled: boolean) => void;
  readonly counted: () => readonly Evaluations[];
  /** Evaluations by day of UTC. */
  readonly outbox: Outbox<FlagRow>;
}

/** Flags told apart; a name made up anew for each call must not fill the memory. */
const FLAGS_KEPT = 1_000;
const OTHER = 'other';

type Day = { -readonly [Field in keyof FlagRow]: FlagRow[Field] } & { archived: number };

/** @param now wall clock, ms since 1970 */
export function createFlagUsage(now: () => number = Date.now): FlagUsage {
  const totals = new Map<string, Evaluations>();
  const days = new Map<string, Day>();
  return {
    count(name, source, isEnabled) {
      const at = now();
      const time = new Date(at).toISOString();
      const total = totalOf(totals, name, source);
      const day = dayOf(days, total.name, time.slice(0, 10));
      total.lastAt = at;
      day.lastEvaluationAt = time;
      for (const counts of [total, day]) {
        counts.evaluations += 1;
        if (isEnabled) counts.enabledEvaluations += 1;
      }
    },
    counted: () => [...totals.values()],
    outbox: {
      take: (atMost) =>
        [...days.values()]
          .filter(({ archived, evaluations }) => archived !== evaluations)
          .slice(0, atMost)
          .map(({ archived: _archived, ...row }) => row),
      settle(rows) {
        for (const { flag, day, evaluations } of rows) dayOf(days, flag, day).archived = evaluations;
      },
      dropped: () => 0,
    },
  };
}

function totalOf(totals: Map<string, Evaluations>, name: string, source: string): Evaluations {
  const found = totals.get(`${source}\n${name}`);
  if (found) return found;
  if (totals.size >= FLAGS_KEPT && name !== OTHER) return totalOf(totals, OTHER, source);
  const made = { name, source, evaluations: 0, enabledEvaluations: 0, lastAt: 0 };
  totals.set(`${source}\n${name}`, made);
  return made;
}

/** Days gone by are forgotten once the archive has them. */
function dayOf(days: Map<string, Day>, flag: string, day: string): Day {
  const found = days.get(`${day}\n${flag}`);
  if (found) return found;
  for (const [key, old] of days) if (old.day < day && old.archived === old.evaluations) days.delete(key);
  const made = { flag, day, evaluations: 0, enabledEvaluations: 0, lastEvaluationAt: '', archived: 0 };
  days.set(`${day}\n${flag}`, made);
  return made;
}
