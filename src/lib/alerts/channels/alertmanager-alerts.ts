/** Items as alerts of Alertmanager. */
import { compareTexts } from '../../compare-texts.js';
import { groupBy } from '../../group-by.js';
import type { AlertEvent } from '../event.js';
import type { Item } from '../message/index.js';
import type { AlertSeverity } from '../rule.js';

interface AlertSettings {
  readonly labels: Readonly<Record<string, string>>;
  readonly generatorUrl?: string | undefined;
  readonly expireAfter: number;
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** What is over when it is told lives so long: longer than a usual `group_wait`, else nobody would hear of it. */
const LATE_MS = 300_000;

interface Circumstances {
  readonly settings: AlertSettings;
  readonly now: Date;
  /** What Alertmanager was told of the rule last, if that fires. */
  readonly told: AlertEvent | undefined;
}

/**
 * The alerts that one item begins, prolongs or ends. An alert is known by its labels, its severity among them: one that
 * escalates is another one, and the milder one ends. Of an end, Alertmanager tells even if it never knew the begin.
 */
export function alertsOf({ state, latest, events }: Item, { settings, now, told }: Circumstances): readonly Alert[] {
  const lasting = (milliseconds: number, severity = latest.severity) =>
    alertOf(latest, { settings, severity, endsAt: after(now, milliseconds, latest) });
  if (state === 'firing') {
    const isAnother = told !== undefined && told.severity !== latest.severity;
    return [lasting(settings.expireAfter), ...(isAnother ? [lasting(0, told.severity)] : [])];
  }
  if (state === 'flapping') return [lasting(settings.expireAfter)];
  if (state === 'resolved') return [lasting(0, told?.severity)];
  if (state === 'steady' && events.length === 1) return [lasting(0)];
  return [lasting(LATE_MS)];
}

/** Of those with the same labels, which are one alert to Alertmanager, the one that lasts longest: an end would win over it. */
export function withoutOverlaps(alerts: readonly Alert[]): readonly Alert[] {
  const byLabels = groupBy(alerts, ({ labels }) => JSON.stringify(labels));
  return [...byLabels.values()].flatMap((same) =>
    same.toSorted((left, right) => compareTexts(left.endsAt, right.endsAt)).slice(-1),
  );
}

/** Never before it began: the clock may have stepped back. */
const after = (now: Date, milliseconds: number, { since }: AlertEvent): string =>
  new Date(Math.max(now.getTime(), Date.parse(since)) + milliseconds).toISOString();

interface Details {
  readonly settings: AlertSettings;
  readonly severity: AlertSeverity;
  readonly endsAt: string;
}

function alertOf(event: AlertEvent, { settings: { labels, generatorUrl }, severity, endsAt }: Details): Alert {
  const { rule, environment, host, kind, since, runbook } = event;
  const isFlapping = kind.startsWith('flapping');
  const source = generatorUrl ?? (runbook && /^https?:\/\//.test(runbook) ? runbook : undefined);
  return {
    labels: {
      ...labels,
      alertname: rule,
      severity,
      environment,
      instance: host,
      ...(isFlapping ? { flapping: 'yes' } : {}),
    },
    annotations: annotationsOf(event),
    startsAt: since,
    endsAt,
    ...(source === undefined ? {} : { generatorURL: source }),
  };
}

function annotationsOf({ id, summary, description, condition, runbook }: AlertEvent): Readonly<Record<string, string>> {
  const all = { summary, description, condition, runbook_url: runbook, event_id: id };
  return Object.fromEntries(Object.entries(all).flatMap(([name, text]) => (text ? [[name, text]] : [])));
}
