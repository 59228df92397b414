/** What a channel is: one file of this directory that exports `settings`, `deliver` and, where it needs them, the rest. */
import type { AlertEvent } from '../event.js';
import type { Message } from '../message/index.js';

/** What became of a message. A reason never holds a secret, nor more than a glimpse of what the receiver said. */
export type DeliveryOutcome =
  | { readonly outcome: 'delivered'; readonly remark?: string }
  /** May go better later; `retryAfterMs` is what the receiver asked for. */
  | { readonly outcome: 'passing'; readonly reason: string; readonly retryAfterMs?: number }
  /** Never will: the receiver does not take this message, or nothing on this channel. */
  | { readonly outcome: 'permanent'; readonly reason: string; readonly about: 'message' | 'channel' };

export interface ChannelContext {
  readonly now: () => Date;
  /** Of the whole delivery, in milliseconds. */
  readonly timeoutMs: number;
  /** Its abort makes `deliver` throw the reason. */
  readonly signal: AbortSignal;
  /** What this channel was last told of each rule that fires, where it keeps account of it (see `refresh`). */
  readonly told: Readonly<Record<string, AlertEvent>>;
  /** Writes a line where the operator reads; resolves when it is there. */
  readonly print: (line: string) => Promise<void>;
}

export interface Channel<Settings> {
  /** Least time between two messages. */
  readonly paceMs?: number;
  /** Most items in one message. */
  readonly itemsAtOnce?: number;
  readonly deliver: (message: Message, settings: Settings, context: ChannelContext) => Promise<DeliveryOutcome>;
  /** For a receiver that forgets: tells it at each evaluation, beside the messages, what still fires. */
  readonly refresh?: (
    firing: readonly AlertEvent[],
    settings: Settings,
    context: ChannelContext,
  ) => Promise<DeliveryOutcome>;
}
