/**
 * Hook metrics as OTLP says them in JSON (OpenTelemetry Protocol 1.x, `ExportMetricsServiceRequest`). Written by hand: it
 * is one object, and the SDK that makes it is larger than all of the application's side. Pure.
 */
import { BUCKET_BOUNDS_SECONDS, type Counter } from '../history/recorder.js';

export interface Resource {
  readonly serviceName: string;
  /** Tells the processes of one service apart. */
  readonly instance: string;
  readonly serviceVersion: string;
  readonly environment: string;
  /** Of viktoria-ops. */
  readonly version: string;
}

export interface Moment {
  /** ms since 1970: since when the figures are counted, and until when. */
  readonly startedAt: number;
  readonly now: number;
}

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`: figures since the start, so one that is lost is made up for by the next. */
const CUMULATIVE = 2;

export function metricsRequest(counters: readonly Counter[], resource: Resource, moment: Moment): object {
  const hooks = counters.filter(({ kind }) => kind === 'hook');
  const documents = counters.filter(({ kind }) => kind === 'document');
  const metrics = [
    histogram('hook.execution.duration', 'Duration of lifecycle hooks, including the hooks they set off.', hooks),
    sum('hook.errors', 'Hook runs that failed; refused input is not among them.', hooks, 'failed'),
    sum('hook.rejections', 'Hook runs that refused their input.', hooks, 'rejected'),
    histogram('document.action.duration', 'Duration of actions of the Document Service.', documents),
    sum('document.action.errors', 'Actions of the Document Service that failed.', documents, 'failed'),
  ];
  const { serviceName, instance, serviceVersion, environment, version } = resource;
  const attributes = attributesOf({
    'service.name': serviceName,
    'service.instance.id': instance,
    'service.version': serviceVersion,
    'deployment.environment.name': environment,
  });
  const scopeMetrics = { scope: { name: 'viktoria-ops', version }, metrics: metrics.flatMap((make) => make(moment)) };
  return { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [scopeMetrics] }] };
}

/** None where nothing was counted: an empty metric is not valid. */
type Make = (moment: Moment) => readonly object[];

function histogram(name: string, description: string, counters: readonly Counter[]): Make {
  return (moment) => {
    const dataPoints = counters.map((counter) => ({
      ...pointOf(counter, moment),
      count: String(counter.executions),
      sum: counter.totalSeconds,
      bucketCounts: bucketCounts(counter),
      explicitBounds: BUCKET_BOUNDS_SECONDS,
    }));
    const data = { aggregationTemporality: CUMULATIVE, dataPoints };
    return dataPoints.length === 0 ? [] : [{ name, description, unit: 's', histogram: data }];
  };
}

// oxlint-disable-next-line max-params -- read as one line of a table: name, words, what is counted, and which figure of it
function sum(name: string, description: string, counters: readonly Counter[], figure: 'failed' | 'rejected'): Make {
  return (moment) => {
    const dataPoints = counters.map((counter) => ({ ...pointOf(counter, moment), asInt: String(counter[figure]) }));
    const data = { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints };
    return dataPoints.length === 0 ? [] : [{ name, description, unit: '{run}', sum: data }];
  };
}

/** The last one holds what exceeds all bounds. Integers of 64 bits are texts in protobuf's JSON. */
function bucketCounts({ buckets, executions }: Counter): string[] {
  const beyond = executions - buckets.reduce((total, count) => total + count, 0);
  return [...buckets, beyond].map(String);
}

const pointOf = ({ contentType, operation, source }: Counter, { startedAt, now }: Moment) => ({
  attributes: attributesOf({ content_type: contentType, operation, source }),
  startTimeUnixNano: nanoseconds(startedAt),
  timeUnixNano: nanoseconds(now),
});

/** As a text: beyond 2^53 a number would not be exact. */
const nanoseconds = (milliseconds: number): string => `${Math.round(milliseconds)}000000`;

const attributesOf = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
