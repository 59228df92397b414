/** How the alerts themselves fare, as a file for the textfile collector of Prometheus' node_exporter. */
import type { Context } from '../context.js';
import { writeFileAtomic } from '../files/index.js';
import { type Family, renderFamilies } from '../prometheus-text.js';
import { type ChannelReport, type ChannelState, type DeliveryReport, readChannelStates } from './outbox/index.js';

export interface OwnMetrics {
  /** Path of the command that ran, such as `alerts check`. */
  readonly command: string;
  readonly report: DeliveryReport;
}

/** Writes the file whole or not at all, readable by all: the collector runs as another user. Errors: `VOPS-FILE…`. */
export async function writeOwnMetrics(
  context: Pick<Context, 'state' | 'now' | 'log'>,
  file: string,
  { command, report }: OwnMetrics,
): Promise<void> {
  const states = await readChannelStates(
    context,
    report.channels.map(({ channel }) => channel),
  );
  const run: Family = {
    name: 'viktoria_ops_last_run_timestamp_seconds',
    help: 'When this command last ran to its end.',
    type: 'gauge',
    samples: [[{ command }, context.now().getTime() / 1000]],
  };
  const text = renderFamilies([run, ...familiesOf(report.channels, states)]);
  await writeFileAtomic(file, text, { mode: 0o644 });
}

function familiesOf(channels: readonly ChannelReport[], states: ReadonlyMap<string, ChannelState>): readonly Family[] {
  const counts = [...states].flatMap(([channel, state]) =>
    Object.entries(state.counts).map(([outcome, value]) => [{ channel, outcome }, value] as const),
  );
  const lastSuccess = [...states].flatMap(([channel, { lastSuccessAt }]) =>
    lastSuccessAt === null ? [] : [[{ channel }, Date.parse(lastSuccessAt) / 1000] as const],
  );
  return [
    {
      name: 'viktoria_ops_notifications_total',
      help: 'Events by channel and outcome; failed ones are tried again and count each time.',
      type: 'counter',
      samples: counts,
    },
    {
      name: 'viktoria_ops_outbox_entries',
      help: 'Events that wait to be told.',
      type: 'gauge',
      samples: channels.map(({ channel, pending }) => [{ channel }, pending]),
    },
    {
      name: 'viktoria_ops_outbox_oldest_age_seconds',
      help: 'Age of the oldest event that waits to be told; 0 when none does.',
      type: 'gauge',
      samples: channels.map(({ channel, oldestAgeSeconds }) => [{ channel }, oldestAgeSeconds ?? 0]),
    },
    {
      name: 'viktoria_ops_channel_last_success_timestamp_seconds',
      help: 'When the channel last took a message.',
      type: 'gauge',
      samples: lastSuccess,
    },
  ];
}
