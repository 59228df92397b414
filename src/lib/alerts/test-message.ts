/** A message that only shows that a channel works. It passes the outbox by. */
import { hostname } from 'node:os';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import { channelOf, type DeliveryOutcome } from './channels/index.js';
import type { AlertEvent } from './event.js';
import { composeMessage, toItems } from './message/index.js';

/**
 * Sends it, once, and says what became of it. Errors: `VOPS-USAGE` for a channel that is not configured; the reason of an
 * abort.
 */
export async function sendTestMessage(
  context: Pick<Context, 'config' | 'now' | 'signal' | 'runId' | 'log'>,
  channel: string,
): Promise<DeliveryOutcome> {
  const { alerting, environment } = await context.config();
  const channels = alerting?.channels ?? {};
  const settings = channels[channel];
  if (settings === undefined) throw unknownChannel(channel, Object.keys(channels));
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

function unknownChannel(name: string, known: readonly string[]): OperatorError {
  const meant = suggest(name, known);
  return new OperatorError('VOPS-USAGE', `no channel "${name}" is configured: there is ${known.join(', ') || 'none'}`, {
    hint: meant === undefined ? 'add it under alerting.channels' : `did you mean ${meant}?`,
  });
}
