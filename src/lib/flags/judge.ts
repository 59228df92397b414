/** Flags → findings: one for each thing that is wrong, with the names. Pure. */
import { countOf } from '../measures.js';
import type { Finding } from '../status.js';
import { writeDuration } from '../units.js';
import type { Flag, FlagState, References } from './flag.js';
import type { Searched } from './source/search.js';

const NAMES_TOLD = 10;

export function judgeFlags(flags: readonly Flag[], staleAfterMs: number): readonly Finding[] {
  return PROBLEMS.flatMap(({ state, severity, text, hint }) => {
    const names = [...new Set(flags.filter(({ states }) => states.includes(state)).map(({ name }) => name))];
    if (names.length === 0) return [];
    const message = `${text.replace('AGE', writeDuration(staleAfterMs))}: ${listed(names)}`;
    return [{ code: `VOPS-FLAGS-${state.toUpperCase()}`, severity, message, hint }];
  });
}

/** What the search says beyond the flags that are known. */
export function judgeSearch({ search, unknown }: Pick<Searched, 'search' | 'unknown'>): readonly Finding[] {
  return [
    ...(search.files === 0 ? [nothingSearched(search.directories)] : []),
    ...(unknown.size > 0 ? [undefinedReferences(unknown)] : []),
    ...(search.dynamic.count > 0 ? [dynamicNames(search.dynamic)] : []),
  ];
}

interface Problem extends Pick<Finding, 'severity' | 'hint'> {
  readonly state: FlagState;
  readonly text: string;
  readonly hint: string;
}

const PROBLEMS: readonly Problem[] = [
  {
    state: 'undefined',
    severity: 'warning',
    text: 'asked for, but defined nowhere',
    hint: 'define it, or take the question out: it gets the default its caller gives',
  },
  {
    state: 'expired',
    severity: 'warning',
    text: 'past the day on which it should be gone',
    hint: 'take it out of code and configuration, or set another day',
  },
  {
    state: 'stale',
    severity: 'warning',
    text: 'the same answer to everybody for AGE or longer (featureFlags.staleAfter)',
    hint: 'keep the branch that is in force and take the flag out',
  },
  {
    state: 'unused',
    severity: 'info',
    text: 'nobody has asked for it in AGE',
    hint: 'see whether the code that asks still runs: viktoria-ops feature-flags report',
  },
  {
    state: 'dead',
    severity: 'warning',
    text: 'no source names it, and nobody asks for it',
    hint: 'take it out of the configuration; source elsewhere is named in featureFlags.source',
  },
];

const undefinedReferences = (unknown: ReadonlyMap<string, References>): Finding => ({
  code: 'VOPS-FLAGS-REFERENCE-UNDEFINED',
  severity: 'warning',
  message: `source asks for what the application does not know: ${listed([...unknown].map(([name, { places }]) => `${name} (${placeOf(places)})`))}`,
  hint: 'define it, or correct the name; until then it gets the default its caller gives',
});

const dynamicNames = ({ count, places }: References): Finding => ({
  code: 'VOPS-FLAGS-DYNAMIC',
  severity: 'info',
  message: `${countOf(count, 'place')} in source ${count === 1 ? 'asks' : 'ask'} for flags by a name that only the running program knows (${placeOf(places)}): a flag that is named nowhere may be asked for there`,
  hint: 'see its evaluations before you take it out: viktoria-ops feature-flags usage',
});

const nothingSearched = (directories: readonly string[]): Finding => ({
  code: 'VOPS-FLAGS-SOURCE',
  severity: 'unknown',
  message: `there is no source in ${listed(directories)}: which flags are named there is unknown`,
  hint: "set app.root to the backend's directory, or featureFlags.source and featureFlags.extensions",
});

const placeOf = ([first]: References['places']): string => (first ? `${first.file}:${first.line}` : '');

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD;
  return `${names.slice(0, NAMES_TOLD).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
