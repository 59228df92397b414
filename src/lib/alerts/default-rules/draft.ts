/** What every default rule is made with. */
import type { AlertRule, Config } from '../../config/index.js';
import type { Levels } from '../../levels.js';

/** What the levels of the default rules are taken from. */
export type RuleSettings = Pick<Config, 'alerting' | 'kpis' | 'database' | 'maintenance'>;

/** A rule without what all rules of its severity have. */
export type Draft = Pick<AlertRule, 'name' | 'condition' | 'severity' | 'description'> & Partial<AlertRule>;

type Details = Omit<Draft, 'name' | 'condition' | 'severity'>;

const of =
  (severity: Draft['severity'], kind: AlertRule['kind'] = 'state') =>
  (name: string, condition: string, details: Details): Draft => ({ name, condition, severity, kind, ...details });

export const critical = of('critical');
export const warning = of('warning');
/** Something worth knowing has happened. */
export const news = of('info', 'event');

export const MINUTE_MS = 60_000;
/** Of the guide's rules: 5 minutes where it is critical, 15 to 30 where it is not. */
const COOLDOWNS_MS = { critical: 5 * MINUTE_MS, warning: 30 * MINUTE_MS, info: 0 } as const;

/** The whole rule; its runbook is the section of its name. */
export const complete = (draft: Draft, runbooks: string): AlertRule => ({
  cooldown: COOLDOWNS_MS[draft.severity],
  for: 0,
  keepFiringFor: 0,
  minSamples: 20,
  noData: 'keep',
  noDataFor: 15 * MINUTE_MS,
  kind: 'state',
  runbook: `${runbooks}#${draft.name}`,
  ...draft,
});

/** Where the level is not configured, the next milder one holds. */
export const levelOf = ({ target, warning, critical }: Levels, level: 'warning' | 'critical'): number =>
  (level === 'critical' ? critical : undefined) ?? warning ?? target;

/** What makes figures of the application worthless, or explains them. */
export const BLIND = ['application-down', 'database-down', 'metrics-unavailable'];
