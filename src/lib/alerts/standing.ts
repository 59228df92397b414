/** How the alerts stood at the last evaluation, without another one. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { formatDuration } from '../measures.js';
import { shellWord } from '../shell-word.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { loadRules } from './compile-rules.js';
import { matchesOf, severityOf } from './engine/index.js';
import { ALERT_SEVERITIES } from './rule.js';
import { readSilences, type StoredSilence } from './silences.js';
import { readAlertState } from './state.js';

export const AlertStanding = z.strictObject({
  rules: z.number().int(),
  /** Null when this host never evaluated them. */
  evaluatedAt: z.iso.datetime().nullable(),
  /** The worst first. */
  firing: z.array(
    z.strictObject({
      rule: z.string(),
      severity: z.enum(ALERT_SEVERITIES),
      since: z.iso.datetime(),
      /** Somebody wants to hear nothing of it for now. */
      isSilenced: z.boolean(),
    }),
  ),
});
export type AlertStanding = z.output<typeof AlertStanding>;
type Firing = AlertStanding['firing'][number];

/** Evaluations this many intervals ago are none of this moment. */
const MISSED_INTERVALS = 10;

/** Reads what the last `alerts check` on this host left, and changes nothing. Errors: `VOPS-FILE`, `VOPS-CONFIG-INVALID`. */
export async function readStanding({ config, now }: Pick<Context, 'config' | 'now'>): Promise<Outcome<AlertStanding>> {
  const loaded = await config();
  const directory = join(loaded.stateDirectory, 'alerts');
  const [rules, { state, findings }, { silences }] = await Promise.all([
    loadRules(loaded),
    readAlertState(directory, now()),
    readSilences(directory),
  ]);
  const at = now();
  const firing = rules.flatMap((rule): Firing[] => {
    const record = state.alerts.get(rule.name);
    if (record?.phase !== 'firing') return [];
    const severity = severityOf(record, rule, at.getTime());
    const since = new Date(record.firedAt ?? at).toISOString();
    return [{ rule: rule.name, severity, since, isSilenced: silences.some(isQuiet(rule.name, severity, at)) }];
  });
  const evaluatedAt = state.evaluatedAt === undefined ? null : new Date(state.evaluatedAt).toISOString();
  const ranked = firing.toSorted((one, other) => rankOf(other) - rankOf(one));
  const standing = { rules: rules.length, evaluatedAt, firing: ranked };
  const news = [...findings, ...judgeStanding(standing, at, MISSED_INTERVALS * loaded.alerting.interval)];
  const outcome = conclude(standing, news);
  // Where others watch, nobody may ever evaluate here: that is no news, and nothing good either.
  return evaluatedAt === null && news.length === 0 ? { ...outcome, status: 'skipped' } : outcome;
}

const rankOf = ({ severity }: Firing): number => ALERT_SEVERITIES.indexOf(severity);

const isQuiet = (rule: string, severity: Firing['severity'], now: Date) => (silence: StoredSilence) => {
  const at = now.toISOString();
  return silence.from <= at && at < silence.until && matchesOf(silence)(rule, severity);
};

const SEVERITY = { critical: 'error', warning: 'warning', info: 'info' } as const satisfies Record<string, string>;

/** What an operator should know of it: pure. Of a silenced alert somebody knows already. */
function judgeStanding({ evaluatedAt, firing }: AlertStanding, now: Date, maxAgeMs: number): Finding[] {
  const ageMs = evaluatedAt === null ? null : now.getTime() - Date.parse(evaluatedAt);
  const loud = firing.filter(({ isSilenced }) => !isSilenced);
  const alerts = loud.map(
    ({ rule, severity, since }): Finding => ({
      code: 'VOPS-ALERTS-FIRING',
      severity: SEVERITY[severity],
      message: `${rule} fires since ${formatDuration(Math.max(0, now.getTime() - Date.parse(since)))}`,
      hint: `what it is about: viktoria-ops alerts list; what was told: viktoria-ops alerts history --rule ${shellWord(rule)}`,
    }),
  );
  if (ageMs === null || ageMs <= maxAgeMs) return alerts;
  const late: Finding = {
    code: 'VOPS-ALERTS-LATE',
    severity: 'warning',
    message: `the rules were evaluated ${formatDuration(ageMs)} ago for the last time: what fires now nobody knows`,
    hint: 'is the timer or the service still running? evaluate them with: viktoria-ops alerts check',
  };
  return [...alerts, late];
}
