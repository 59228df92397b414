/** Tells people, through the outbox of the alerts. */
import * as z from 'zod';
import type { AlertEvent } from '../../alerts/index.js';
import type { Config } from '../../config/index.js';
import type { Context } from '../../context.js';
import type { Incident } from '../incident.js';
import { type Action, commonSettings, type Enqueue } from './action.js';

const settings = z.lazy(() =>
  z
    .strictObject({
      ...commonSettings({ timeout: '30s', maxPerHour: 30 }),
      /** Names of channels of alerting.channels; default: all of them. */
      channels: z.array(z.string().min(1)).min(1).optional(),
    })
    .prefault({}),
);

type Settings = z.output<typeof settings>;

const notify = (name: string): Action<Settings> => ({
  name,
  class: 'read-only',
  isRepeatable: true,
  settings,
  async prepare({ context, settings, incident, stepId, state, enqueue }) {
    const channels = channelsOf(await context.config(), settings.channels);
    const summary = [`incident ${incident.id}: ${incident.trigger}`, ...state].join('; ');
    return {
      doing: [
        channels.length === 0 ? 'tell nobody: no channel is configured' : `tell ${channels.join(', ')}: ${summary}`,
      ],
      async apply() {
        if (channels.length === 0) return { outcome: 'nobody was told: no channel is configured' };
        await announce({ context, incident, enqueue }, { id: stepId, channels, summary });
        return { outcome: `handed to ${channels.join(', ')}` };
      },
    };
  },
});

export const notifyTeam: Action<Settings> = notify('notify_team');
export const notifyDbaTeam: Action<Settings> = notify('notify_dba_team');

/** Names of channels that are configured: those wanted, or all. */
export function channelsOf({ alerting }: Pick<Config, 'alerting'>, wanted: readonly string[] | undefined): string[] {
  const known = Object.entries(alerting?.channels ?? {}).flatMap(([name, channel]) => (channel ? [name] : []));
  return wanted === undefined ? known : wanted.filter((name) => known.includes(name));
}

interface Announcer {
  readonly context: Pick<Context, 'now'>;
  readonly incident: Incident;
  readonly enqueue: Enqueue;
}

interface Announcement {
  /** The same event has the same id, however often it is announced. */
  readonly id: string;
  readonly channels: readonly string[];
  readonly summary: string;
}

/** Hands one event to the outbox, for each of the channels. */
export async function announce(
  { context, incident, enqueue }: Announcer,
  { id, channels, summary }: Announcement,
): Promise<void> {
  const event: AlertEvent = {
    id,
    kind: 'notice',
    rule: incident.key,
    episode: incident.episode,
    severity: incident.severity,
    summary,
    at: context.now().toISOString(),
    since: incident.openedAt,
    values: incident.values,
    alsoFiring: [],
    environment: incident.environment,
    host: incident.host,
  };
  await enqueue(channels.map((channel) => ({ channel, event })));
}
