/** What a rule says of a setting. */
import type { Finding, Severity } from '../../status.js';
import type { EnvFile } from './env-file.js';
import type { Value } from './value.js';

/** Everything a rule looks at. */
export interface BackendFacts {
  readonly settings: Value;
  /** Undefined where there is no `.env`. */
  readonly env: (EnvFile & { readonly mode: number }) | undefined;
  /** Of `.env.example`: values that everybody knows. */
  readonly example: ReadonlyMap<string, string>;
  /** `development` relaxes what only matters where others can reach it. */
  readonly nodeEnv: string;
  /** Of `package.json`. */
  readonly startScript: string | undefined;
  /** Files of the configuration that every user of the host can change. */
  readonly writable: readonly string[];
}

export interface Judgement {
  /** `middlewares strapi::cors origin`. */
  readonly setting: string;
  readonly place: string;
  /** Unknown: only running the program would tell. */
  readonly verdict: 'safe' | 'risky' | 'unknown';
  readonly finding?: Finding;
}

export type BackendRule = (facts: BackendFacts) => readonly Judgement[];

export interface Risk {
  /** `VOPS-CONFIG-…` */
  readonly what: string;
  readonly severity?: Severity;
  readonly message: string;
  readonly hint: string;
}

export const safe = (setting: string, { place }: Pick<Value, 'place'>): Judgement => ({
  setting,
  place,
  verdict: 'safe',
});
export const unknown = (setting: string, { place }: Pick<Value, 'place'>): Judgement => ({
  setting,
  place,
  verdict: 'unknown',
});

/** A risk where the value stands; with the way out it may already have. */
export function risky(setting: string, value: Pick<Value, 'place' | 'variable'>, risk: Risk): Judgement {
  const { what, severity = 'warning', message, hint } = risk;
  const unless = value.variable?.isFallback ? ` (unless the process is given ${value.variable.name})` : '';
  const finding = { code: `VOPS-CONFIG-${what}`, severity, message: `${value.place}: ${message}${unless}`, hint };
  return { setting, place: value.place, verdict: 'risky', finding };
}

interface ScalarRisk extends Risk {
  readonly isRisky: (scalar: unknown) => boolean;
}

/** Risky when the predicate holds of the scalar (or of its absence, as null), unknown when there is none to ask. */
export function judge(setting: string, value: Value, { isRisky, ...risk }: ScalarRisk): Judgement {
  if (value.kind === 'unknown') return unknown(setting, value);
  const scalar = value.kind === 'scalar' ? value.value : value.kind === 'absent' ? null : value.kind;
  return isRisky(scalar) ? risky(setting, value, risk) : safe(setting, value);
}
