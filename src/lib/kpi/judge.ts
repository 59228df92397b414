/** From a measurement to a verdict, a trend and findings. Pure. */
import { formatDuration, formatPercent } from '../measures.js';
import type { Finding } from '../status.js';
import type { Kpi, Unit } from './kpis.js';
import { isMeasured, type Measurement } from './measurement.js';

export const VERDICTS = ['met', 'missed', 'unknown'] as const;
export const TRENDS = ['better', 'steady', 'worse'] as const;
export type Trend = (typeof TRENDS)[number];

export function verdictOf(measurement: Measurement, target: number, good: Kpi['good']): (typeof VERDICTS)[number] {
  if (!isMeasured(measurement)) return 'unknown';
  const { value } = measurement;
  return (good === 'atLeast' ? value >= target : value <= target) ? 'met' : 'missed';
}

/** A change by less is noise. */
const STEADY = 0.05;

/**
 * Whether what is wrong has grown or shrunk by more than 5 %. Of a share that should be high that is what it lacks: from
 * 99.9 % to 99.8 % is twice as bad.
 */
export function trendOf(value: number, previous: number, { good, unit }: Pick<Kpi, 'good' | 'unit'>): Trend {
  const badness = (figure: number) => (good === 'atMost' ? figure : unit === 'share' ? 1 - figure : -figure);
  const [now, before] = [badness(value), badness(previous)];
  // What a sum of fractions loses is no change.
  if (Math.abs(now - before) <= Math.max(1e-9, STEADY * Math.abs(before))) return 'steady';
  return now < before ? 'better' : 'worse';
}

const FORMATS: Readonly<Record<Unit, (figure: number) => string>> = {
  ms: formatDuration,
  s: (seconds) => formatDuration(seconds * 1000),
  count: String,
  share: formatPercent,
};

/** A share that should be high is rounded down: 99.9995 % is not 100 %. */
export function formatValue(value: number, { unit, good }: Pick<Kpi, 'good' | 'unit'>): string {
  const isRoundedDown = unit === 'share' && good === 'atLeast';
  return FORMATS[unit](isRoundedDown ? Math.floor(value * 10_000 + 1e-6) / 10_000 : value);
}

export interface Judged {
  readonly kpi: Pick<Kpi, 'id' | 'title' | 'unit' | 'good' | 'hint'>;
  readonly target: number;
  readonly measurement: Measurement;
}

export function findingsOf(judged: readonly Judged[]): Finding[] {
  return [...judged.flatMap(missed), ...withoutVerdict(judged), ...unmeasured(judged)];
}

function missed({ kpi, target, measurement }: Judged): Finding[] {
  if (!isMeasured(measurement) || verdictOf(measurement, target, kpi.good) !== 'missed') return [];
  const { value, samples } = measurement;
  const over = samples === null || samples === 1 ? '' : ` over ${samples} samples`;
  const limit = `${kpi.good === 'atLeast' ? 'at least' : 'at most'} ${formatValue(target, kpi)}`;
  return [
    {
      code: 'VOPS-KPI-MISSED',
      severity: 'warning',
      message: `${kpi.title}: ${formatValue(value, kpi)}${over}, to be ${limit} (kpis.${kpi.id}.target)`,
      hint: kpi.hint,
    },
  ];
}

/** A source that gave no answer takes several KPIs with it: one finding for each reason. */
function withoutVerdict(judged: readonly Judged[]): Finding[] {
  const failed = judged.flatMap(({ kpi, measurement }) =>
    isMeasured(measurement) || measurement.cause !== 'failed' ? [] : [{ title: kpi.title, ...measurement }],
  );
  return [...new Set(failed.map(({ reason }) => reason))].map((reason) => {
    const alike = failed.filter((one) => one.reason === reason);
    const [{ hint } = { hint: '' }] = alike;
    const message = `no verdict on ${alike.map(({ title }) => title).join(', ')}: ${reason}`;
    return { code: 'VOPS-KPI-NO-VERDICT', severity: 'unknown', message, hint };
  });
}

/** Not good, for nobody knows, and no failure either. */
function unmeasured(judged: readonly Judged[]): Finding[] {
  const titles = judged.flatMap(({ kpi, measurement }) =>
    isMeasured(measurement) || measurement.cause === 'failed' ? [] : [kpi.title],
  );
  if (titles.length === 0) return [];
  const message = `not measured: ${titles.join(', ')}`;
  const hint = 'what each of them lacks is said beside it: viktoria-ops kpi';
  return [{ code: 'VOPS-KPI-UNMEASURED', severity: 'warning', message, hint }];
}
