/** What an operator should know of checks and journeys. Pure. */
import { formatPercent } from '../measures.js';
import type { Finding, Severity } from '../status.js';
import type { State } from './decide.js';
import type { CheckReport, IntegrityReport, JourneyReport } from './report.js';

const SEVERITY = { ok: 'info', warning: 'warning', failed: 'error', unknown: 'unknown' } as const satisfies Record<
  State,
  Severity
>;

export function findingsOf({ checks, journeys }: Pick<IntegrityReport, 'checks' | 'journeys'>): Finding[] {
  return [
    ...checks.filter(({ state }) => state === 'failed' || state === 'warning').map(ofRows),
    ...withoutVerdict(checks),
    ...journeys.filter(({ state }) => state !== 'ok').map(ofJourney),
  ];
}

function ofRows(check: CheckReport): Finding {
  const { name, kind, state, description, samples, reason } = check;
  const isCount = kind === 'row_count_change';
  const rule = description === null ? '' : ` (${description})`;
  const examples =
    samples.length > 0 ? `: ${samples.join('; ')}${samples.length < Number(check.failing) ? '; …' : ''}` : '';
  return {
    code: isCount ? 'VOPS-INTEGRITY-ROW-COUNT' : 'VOPS-INTEGRITY-ROWS',
    severity: SEVERITY[state],
    message: `${name}${rule}: ${isCount ? reason : `${describeRows(check)}${examples}`}`,
    hint: adviceOf(check) ?? `see the rows by its query: viktoria-ops integrity check --only ${name}`,
  };
}

/** `3 of 40 rows (7.5 %) fail, 1 new, 2 known, failing since …`. */
export function describeRows(check: CheckReport): string {
  return `${check.failing}${amongAll(check)} ${check.failing === 1 ? 'fails' : 'fail'}${novelty(check)}`;
}

function amongAll({ failing, total }: CheckReport): string {
  if (failing === null || total === null || total <= 1) return failing === 1 ? ' row' : ' rows';
  return ` of ${total} rows (${formatPercent(failing / total)})`;
}

function novelty({ newRows, knownRows, failingSince }: CheckReport): string {
  if (newRows === null || knownRows === null) return ', so many that new ones cannot be told from known ones';
  return knownRows === 0 ? '' : `, ${newRows} new, ${knownRows} known, failing since ${failingSince}`;
}

/** One finding a reason: a database out of reach is one problem, however many checks there are. */
function withoutVerdict(checks: readonly CheckReport[]): Finding[] {
  const unknown = checks.filter(({ state }) => state === 'unknown');
  const reasons = [...new Set(unknown.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const alike = unknown.filter((check) => check.reason === reason);
    const names = alike.map(({ name }) => name).join(', ');
    return {
      code: 'VOPS-INTEGRITY-NO-VERDICT',
      severity: 'unknown',
      message: `no verdict on ${names}: ${reason}`,
      ...(alike[0]?.hint ? { hint: alike[0].hint } : {}),
    };
  });
}

function ofJourney(journey: JourneyReport): Finding {
  const { name, state, steps, stepCount, failingSince } = journey;
  const troubled = steps.filter((step) => step.state !== 'ok');
  const what = troubled.map((step) => `${step.request}: ${step.problems.join(', ')}`).join('; ');
  const where = state === 'failed' ? ` at step ${steps.length} of ${stepCount}` : '';
  const since = failingSince === null ? '' : `, failing since ${failingSince}`;
  return {
    code: 'VOPS-INTEGRITY-JOURNEY',
    severity: SEVERITY[state],
    message: `${name}${where}: ${what}${since}`,
    hint: adviceOf(journey) ?? 'is the application well? viktoria-ops health',
  };
}

function adviceOf({ hint, owner }: Pick<CheckReport, 'hint' | 'owner'>): string | undefined {
  const advice = [hint, owner === null ? null : `owner: ${owner}`].filter((part) => part !== null);
  return advice.length > 0 ? advice.join('; ') : undefined;
}
