/** A message that only shows that a channel works. It passes the outbox by. */
import { hostname } from 'node:os';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { conclude, type Outcome } from '../status.js';
import { suggest } from '../suggest.js';
import { type ChannelSettings, channelOf, type DeliveryOutcome } from './channels/index.js';
import type { AlertEvent } from './event.js';
import { composeMessage, toItems } from './message/index.js';

export const ChannelTestFlags = z.object({ channel: z.string() });
export type ChannelTestFlags = z.output<typeof ChannelTestFlags>;

export const ChannelTest = z.object({
  channel: z.string(),
  outcome: z.enum(['delivered', 'passing', 'permanent']),
  /** Why it was not delivered. */
  reason: z.string().nullable(),
});
export type ChannelTest = z.output<typeof ChannelTest>;

type TestContext = Pick<Context, 'config' | 'now' | 'signal' | 'runId' | 'log'>;

/** Sends it, once, and says what became of it. Errors: `VOPS-USAGE` for a channel that is not configured. */
export async function testChannel(context: TestContext, { channel }: ChannelTestFlags): Promise<Outcome<ChannelTest>> {
  const sent = await sendTestMessage(context, channel);
  if (sent.outcome === 'delivered') return conclude({ channel, outcome: sent.outcome, reason: null });
  const { outcome, reason } = sent;
  const hint = outcome === 'passing' ? 'try again; alerts would be' : `correct alerting.channels.${channel}`;
  const message = `${channel} did not take the message: ${reason}`;
  return conclude({ channel, outcome, reason }, [{ code: 'VOPS-ALERTS-CHANNEL', severity: 'error', message, hint }]);
}

async function sendTestMessage(context: TestContext, channel: string): Promise<DeliveryOutcome> {
  const { environment } = await context.config();
  const settings = await channelSettings(context, channel);
  const at = context.now().toISOString();
  const event: AlertEvent = {
    id: `test-${context.runId}`,
    kind: 'notice',
    rule: 'test',
    episode: 0,
    severity: 'info',
    summary: `a test of the channel ${channel}: nothing is wrong`,
    at,
    since: at,
    values: {},
    alsoFiring: [],
    environment,
    host: hostname(),
  };
  const print = async (line: string) => context.log.warn(line);
  const { now, signal } = context;
  const channelContext = { now, signal, timeoutMs: settings.timeout, told: {}, print };
  return channelOf(settings).deliver(composeMessage(toItems([event])), settings, channelContext);
}

/** Errors: `VOPS-USAGE` for a channel that is not configured. */
export async function channelSettings({ config }: Pick<Context, 'config'>, channel: string): Promise<ChannelSettings> {
  const { channels } = (await config()).alerting;
  const settings = Object.hasOwn(channels, channel) ? channels[channel] : undefined;
  if (settings === undefined) throw unknownChannel(channel, Object.keys(channels));
  return settings;
}

function unknownChannel(name: string, known: readonly string[]): OperatorError {
  const meant = suggest(name, known);
  return new OperatorError('VOPS-USAGE', `no channel "${name}" is configured: there is ${known.join(', ') || 'none'}`, {
    hint: meant === undefined ? 'add it under alerting.channels' : `did you mean ${meant}?`,
  });
}
