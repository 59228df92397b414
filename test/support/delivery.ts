import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ChannelContext, ChannelSettings } from '../../src/lib/alerts/channels/index.js';
import type { AlertEvent } from '../../src/lib/alerts/event.js';
import { type DeliveryContext, type DeliveryOptions, deliver, enqueue } from '../../src/lib/alerts/outbox/index.js';
import { AlertChannels } from '../../src/lib/config/alert-channels.js';

/** An event as the engine makes it; only what matters to a test is named. */
export function alertEvent(overrides: Partial<AlertEvent> = {}): AlertEvent {
  const { rule = 'slow-hooks', episode = 1, kind = 'firing' } = overrides;
  return {
    id: `${rule}-${episode}-${kind}`,
    kind,
    rule,
    episode,
    severity: 'warning',
    summary: 'hooks.averageExecutionTime is 612 ms, condition hooks.averageExecutionTime > 500',
    at: '2026-11-25T10:01:00.000Z',
    since: '2026-11-25T10:01:00.000Z',
    values: { 'hooks.averageExecutionTime': 612 },
    condition: 'hooks.averageExecutionTime > 500',
    alsoFiring: [],
    environment: 'production',
    host: 'web-1',
    ...overrides,
  };
}

/** Settings as the configuration has them: `{ slack: { webhook } }`. */
export function channelsOf(channels: object): Readonly<Record<string, ChannelSettings | undefined>> {
  return AlertChannels.parse(channels);
}

export interface Printed {
  readonly context: ChannelContext;
  readonly lines: string[];
}

/** What a channel is given; the clock stands. */
export function channelContext(overrides: Partial<ChannelContext> = {}): Printed {
  const lines: string[] = [];
  const context = {
    now: () => new Date('2026-11-25T10:10:00.000Z'),
    timeoutMs: 2_000,
    signal: new AbortController().signal,
    told: {},
    print: async (line: string) => void lines.push(line),
    ...overrides,
  };
  return { context, lines };
}

/** An outbox in a directory of its own, in a time that only passes when told, or when a delivery waits. */
export function createOutbox(directory: string) {
  const state = mkdtempSync(join(directory, 'state-'));
  const warnings: string[] = [];
  let time = Date.parse('2026-11-25T10:00:00.000Z');
  let passed = 0;
  const wait = (milliseconds: number) => {
    time += milliseconds;
    passed += milliseconds;
  };
  const context: DeliveryContext = {
    config: async () => ({ environment: 'production' }),
    state: async () => state,
    now: () => new Date(time),
    elapsed: () => passed,
    signal: new AbortController().signal,
    log: { warn: (message) => void warnings.push(message) },
  };
  return {
    state,
    context,
    warnings,
    wait,
    /** Moves the wall clock alone. */
    setClock: (to: string) => {
      time = Date.parse(to);
    },
    now: () => new Date(time).toISOString(),
    enqueue: (...events: readonly (readonly [channel: string, event: AlertEvent])[]) =>
      enqueue(
        context,
        events.map(([channel, event]) => ({ channel, event })),
      ),
    deliver: (
      channels: Readonly<Record<string, ChannelSettings | undefined>>,
      options: Partial<DeliveryOptions> = {},
    ) =>
      deliver(context, channels, {
        budgetMs: 20_000,
        random: () => 1,
        pause: async (milliseconds) => wait(milliseconds),
        ...options,
      }),
  };
}
