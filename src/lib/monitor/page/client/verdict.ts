/** What is wrong, worst first, in a sentence and as a list with the next step. Pure. */
import type { Finding } from '../../../status.js';
import { OPERATOR_NAMES, type PanelName } from './names.js';
import { reasonOf } from './reason.js';
import type { Readings } from './store.js';
import type { View } from './view.js';
import type { Words } from './words/index.js';

export interface Problem {
  readonly severity: 'critical' | 'warning' | 'unknown';
  readonly what: string;
  readonly evidence: string;
  /** Where the evidence is. */
  readonly panel: PanelName;
  /** What to do next, in words or as a command. */
  readonly next?: string | undefined;
}

type Step = Pick<Problem, 'panel' | 'next'>;

/** Where to look, and what to run, by the name of the application's check. */
const STEPS: Readonly<Record<string, Step>> = {
  database: { panel: 'database', next: 'viktoria-ops db health' },
  jobs: { panel: 'jobs', next: 'viktoria-ops queue status' },
  memory: { panel: 'overview', next: 'viktoria-ops system' },
  'error rate': { panel: 'hooks', next: 'viktoria-ops errors recent' },
};
const OTHER_STEP: Step = { panel: 'overview', next: 'viktoria-ops health' };
const SEVERITIES = ['critical', 'warning', 'unknown'] as const;

export function problemsOf(readings: Readings, view: View, now: number): Problem[] {
  const { words } = view;
  const found = [...ofApplication(readings, words), ...ofOperator(readings, view, now), ...ofReading(readings, words)];
  return found.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function ofApplication({ overview, performance, jobs }: Readings, words: Words): Problem[] {
  const checks = (overview.data?.checks ?? []).flatMap(({ name, status, message }): Problem[] =>
    status === 'healthy' ? [] : [{ severity: status, what: name, evidence: message, ...(STEPS[name] ?? OTHER_STEP) }],
  );
  const sources = Object.entries(jobs.data?.sources ?? {}).flatMap(([name, state]): Problem[] =>
    state === 'ok'
      ? []
      : [{ severity: 'unknown', what: name, evidence: state, panel: 'jobs', next: 'viktoria-ops queue status' }],
  );
  const isPartial = performance.data?.instrumentation === 'partial';
  const partial: Problem = {
    severity: 'unknown',
    what: words.panels.hooks,
    evidence: words.hooks.partial,
    panel: 'hooks',
  };
  return [...checks, ...sources, ...(isPartial ? [partial] : [])];
}

const SEVERITY_OF = { error: 'critical', warning: 'warning', unknown: 'unknown' } as const;

function ofOperator({ operator }: Readings, { words, format }: View, now: number): Problem[] {
  if (operator.data === undefined) return [];
  const next = 'viktoria-ops monitoring publish';
  const silent: Problem = { severity: 'unknown', what: '', evidence: '', panel: 'alerts', next };
  const what = OPERATOR_NAMES.map((name) => words.panels[name]).join(', ');
  if (operator.data === null) return [{ ...silent, what, evidence: words.operator.silent }];
  const { sections, validUntil, writtenAt } = operator.data;
  const old: Problem = { ...silent, what, evidence: words.operator.old(format.time(writtenAt)) };
  const told = OPERATOR_NAMES.flatMap((panel) =>
    (sections[panel]?.findings ?? []).flatMap(({ severity, message, hint }: Finding): Problem[] =>
      severity === 'info'
        ? []
        : [
            {
              severity: SEVERITY_OF[severity],
              what: words.panels[panel],
              evidence: format.local(message),
              panel,
              next: hint,
            },
          ],
    ),
  );
  return Date.parse(validUntil) < now ? [old, ...told] : told;
}

const PANEL_OF = {
  overview: 'overview',
  performance: 'hooks',
  jobs: 'jobs',
  database: 'database',
  operator: 'alerts',
} as const;
const READ_NAMES = Object.keys(PANEL_OF) as readonly (keyof typeof PANEL_OF)[]; // keys of a literal

/** What could not be read is not known to be good. One reason for several is said once. */
function ofReading(readings: Readings, words: Words): Problem[] {
  const byReason = new Map<string, PanelName[]>();
  for (const name of READ_NAMES) {
    const { failure } = readings[name];
    if (!failure || failure.kind === 'signedOut') continue;
    const reason = reasonOf(failure, words);
    byReason.set(reason, [...(byReason.get(reason) ?? []), PANEL_OF[name]]);
  }
  return [...byReason].map(([evidence, panels]) => ({
    severity: 'unknown',
    what: panels.map((panel) => words.panels[panel]).join(', '),
    evidence,
    panel: panels[0] ?? 'overview',
    next: 'viktoria-ops health',
  }));
}

const NAMED = 4;

/** The first line: one problem with its evidence, several by name. Nothing is said of an application not heard of yet. */
export function sentenceOf(problems: readonly Problem[], { overview }: Readings, words: Words): string {
  const known = problems.filter(({ severity }) => severity !== 'unknown');
  const unknown = problems.length - known.length;
  const rest = unknown > 0 ? [words.unknowns(unknown)] : [];
  const [first] = known;
  if (first) return [`${words.problems(known.length)}: ${namesOf(known, first, words)}`, ...rest].join('; ');
  if (!overview.data) return words.cannotSay;
  return [words.noProblems, words.wellChecks(overview.data.checks.length), ...rest].join(' · ');
}

function namesOf(known: readonly Problem[], first: Problem, words: Words): string {
  if (known.length === 1) return `${first.what}: ${first.evidence}`;
  const names = [...new Set(known.map(({ what }) => what))];
  const more = names.length > NAMED ? [words.andMore(names.length - NAMED)] : [];
  return [...names.slice(0, NAMED), ...more].join(', ');
}

export const worstOf = (problems: readonly Problem[], isKnown: boolean): Problem['severity'] | 'healthy' =>
  problems[0]?.severity ?? (isKnown ? 'healthy' : 'unknown');
