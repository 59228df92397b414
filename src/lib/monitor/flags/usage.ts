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
  const counted = new Map<string, Evaluations>();
  const days = new Map<string, Day>();

  const totalOf = (name: string, source: string): Evaluations => {
    const found = counted.get(`${source}\n${name}`);
    if (found) return found;
    if (counted.size >= FLAGS_KEPT && name !== OTHER) return totalOf(OTHER, source);
    const made = { name, source, evaluations: 0, enabledEvaluations: 0, lastAt: 0 };
    counted.set(`${source}\n${name}`, made);
    return made;
  };
  const dayOf = (flag: string, day: string): Day => {
    const found = days.get(`${day}\n${flag}`);
    if (found) return found;
    for (const [key, old] of days) if (old.day < day && old.archived === old.evaluations) days.delete(key);
    const made = { flag, day, evaluations: 0, enabledEvaluations: 0, lastEvaluationAt: '', archived: 0 };
    days.set(`${day}\n${flag}`, made);
    return made;
  };

  return {
    count(name, source, isEnabled) {
      const at = now();
      const total = totalOf(name, source);
      const time = new Date(at).toISOString();
      const day = dayOf(total.name, time.slice(0, 10));
      total.lastAt = at;
      day.lastEvaluationAt = time;
      for (const counts of [total, day]) {
        counts.evaluations += 1;
        if (isEnabled) counts.enabledEvaluations += 1;
      }
    },
    counted: () => [...counted.values()],
    outbox: {
      take: () =>
        [...days.values()]
          .filter(({ archived, evaluations }) => archived !== evaluations)
          .map(({ archived: _archived, ...row }) => row),
      settle(rows) {
        for (const { flag, day, evaluations } of rows) dayOf(flag, day).archived = evaluations;
      },
      dropped: () => 0,
    },
  };
}
