/** Flags from every source that was read, joined by name. Pure. */
import type { FeatureFlagUsage } from '../contract/index.js';
import { usageOf } from './days.js';
import { daysFrom } from './effect.js';
import type { Flag } from './flag.js';
import type { FlagHistory } from './history.js';
import type { Searched } from './source/search.js';
import { statesOf } from './states.js';

export interface Material {
  /** As the application told. */
  readonly told: readonly FeatureFlagUsage[];
  readonly history?: FlagHistory | undefined;
  readonly searched?: Searched | undefined;
  /** Of UTC. */
  readonly today: string;
  readonly windowDays: number;
  readonly staleAfterDays: number;
}

/** By name; a flag that only the history knows comes with what that has, if it was asked for in the window. */
export function surveyFlags(material: Material): Flag[] {
  const { told, history, today, windowDays } = material;
  const names = new Set(told.map(({ name }) => name));
  const since = daysFrom(today, -windowDays);
  const remembered = [...(history?.flags ?? [])].filter(
    ([name, days]) => !names.has(name) && (days.at(-1)?.day ?? '') >= since,
  );
  return [
    ...told.map((flag) => complete(flag, material)),
    ...remembered.map(([name]) => complete({ name }, material)),
  ].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function complete(flag: Partial<FeatureFlagUsage> & { readonly name: string }, material: Material): Flag {
  const { history, searched, today, windowDays, staleAfterDays } = material;
  const days = history?.flags.get(flag.name) ?? [];
  // A search of nothing proves nothing.
  const isSearched = searched !== undefined && searched.search.files > 0;
  const joined = {
    name: flag.name,
    source: flag.source ?? null,
    enabled: flag.enabled ?? null,
    percentage: flag.percentage ?? null,
    owner: flag.owner ?? null,
    expires: flag.expires ?? null,
    evaluations: flag.evaluations ?? 0,
    lastEvaluation: flag.lastEvaluation ?? null,
    usage: history ? usageOf(days, daysFrom(today, -windowDays)) : null,
    references: isSearched ? (searched.known.get(flag.name) ?? { count: 0, places: [] }) : null,
  };
  const states = statesOf(
    { ...joined, known: flag.known ?? null },
    {
      today,
      staleAfterDays,
      rememberedSince: history?.since ?? null,
    },
  );
  return { ...joined, states };
}
