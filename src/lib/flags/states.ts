/** What is wrong with which flag. Pure. */
import { daysFrom } from './effect.js';
import type { Flag, FlagState } from './flag.js';

export interface StateOptions {
  /** Of UTC. */
  readonly today: string;
  readonly staleAfterDays: number;
  /** First day that the history remembers of any flag; null where it remembers none, or was not read. */
  readonly rememberedSince: string | null;
}

/** `known`: false for one that is defined nowhere, null for one that only the history tells of. */
type Surveyed = Omit<Flag, 'states'> & { readonly known: boolean | null };

export function statesOf(flag: Surveyed, { today, staleAfterDays, rememberedSince }: StateOptions): FlagState[] {
  const { known, usage, expires, references, lastEvaluation } = flag;
  const since = daysFrom(today, -staleAfterDays);
  const isUnused = (usage?.lastDay ?? '') < since && (lastEvaluation ?? '') < since;
  const isRemembered = usage !== null && rememberedSince !== null && rememberedSince <= since;
  const holds: Readonly<Record<FlagState, boolean>> = {
    undefined: known === false,
    expired: expires !== null && expires < today,
    stale: !isUnused && usage?.answer !== 'mixed' && (usage?.answerSince ?? today) <= since,
    // What is remembered for a shorter time proves nothing.
    unused: known === true && isUnused && isRemembered,
    // One that is asked for is named somewhere, seen or not.
    dead: known === true && isUnused && references?.count === 0,
  };
  return FLAG_STATES.filter((state) => holds[state]);
}

const FLAG_STATES = ['undefined', 'expired', 'stale', 'unused', 'dead'] as const satisfies readonly FlagState[];
