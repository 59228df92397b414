/** Exports the hook metrics now and then. Nothing is queued: figures are cumulative, so the next export holds the last. */
import * as z from 'zod';
import { withDeadline } from '../deadline.js';
import type { Counter } from '../history/recorder.js';
import { metricsRequest, type Resource } from './payload.js';
import { type Sent, sendMetrics } from './send.js';

export const OtlpOptions = z.strictObject({
  /** Of the receiver, such as `http://localhost:4318`; `/v1/metrics` is added. */
  endpoint: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }),
  /** Such as `authorization`. */
  headers: z.record(z.string(), z.string()).default({}),
  /** Between exports. */
  intervalMs: z.number().int().min(1_000).max(3_600_000).default(60_000),
  /** Longest one export may take. */
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
  /** `service.name`; OTEL_SERVICE_NAME unless said. */
  serviceName: z.string().min(1).optional(),
});
export type OtlpOptions = z.input<typeof OtlpOptions>;

export interface Exporter {
  readonly start: () => void;
  /** Exports once more, within a bounded time; nothing when it was not started. */
  readonly stop: () => Promise<void>;
}

export interface ExporterOptions {
  readonly otlp: OtlpOptions;
  readonly application: { readonly version: string; readonly environment: string };
  /** Of this process. */
  readonly instance: string;
  /** Of viktoria-ops. */
  readonly version: string;
  readonly counters: () => readonly Counter[];
  /** ms since 1970. */
  readonly startedAt: number;
  /** Told once when exporting begins to fail, and once when it works again. */
  readonly onNotice: (message: string) => void;
}

const LONGEST_PAUSE_MS = 5 * 60_000;
const LAST_EXPORT_MS = 1_000;

/** @throws ZodError for options that are none */
export function createExporter(options: ExporterOptions): Exporter {
  const { intervalMs, serviceName, ...target } = OtlpOptions.parse(options.otlp);
  const { application, instance, version } = options;
  const resource: Resource = {
    serviceName: serviceName ?? process.env.OTEL_SERVICE_NAME ?? 'strapi',
    serviceVersion: application.version,
    environment: application.environment,
    instance,
    version,
  };
  const pace = createPace(intervalMs, options.onNotice);
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | undefined;
  const send = async (timeoutMs: number) => {
    const moment = { startedAt: options.startedAt, now: Date.now() };
    pace.take(await sendMetrics({ ...target, timeoutMs }, metricsRequest(options.counters(), resource, moment)));
  };
  const schedule = () => {
    timer = setTimeout(() => {
      underWay = send(target.timeoutMs).then(() => {
        if (timer) schedule();
      });
    }, pace.pauseMs()).unref();
  };
  return {
    start() {
      if (!timer) schedule();
    },
    async stop() {
      if (!timer) return;
      clearTimeout(timer);
      timer = undefined;
      const finish = async () => {
        await underWay;
        await send(LAST_EXPORT_MS);
      };
      await withDeadline(finish, LAST_EXPORT_MS).catch(() => undefined);
    },
  };
}

/** How long to wait, by how it went: twice as long after each failure, and never sooner than the receiver asked for. */
export function createPace(intervalMs: number, onNotice: (message: string) => void) {
  let pauseMs = intervalMs;
  let problem: string | undefined;
  return {
    pauseMs: () => pauseMs,
    take(sent: Sent) {
      const now = sent.outcome === 'accepted' ? undefined : sent.reason;
      if (now !== undefined && problem === undefined) onNotice(`metrics are not exported: ${now}`);
      if (now === undefined && problem !== undefined) onNotice('metrics are exported again');
      problem = now;
      if (sent.outcome === 'accepted' || sent.outcome === 'partial') {
        pauseMs = intervalMs;
        return;
      }
      const asked = sent.outcome === 'retry' ? (sent.afterMs ?? 0) : 0;
      const longest = Math.max(intervalMs, LONGEST_PAUSE_MS);
      pauseMs = Math.min(longest, Math.max(2 * pauseMs, asked));
    },
  };
}
