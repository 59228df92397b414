/** When a channel is tried again, and when it counts as down. No clock, no I/O. */
import type { ChannelState } from './channel-state.js';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;
/** A receiver that asks for more is tried after this all the same. */
const LONGEST_WISH_MS = 3_600_000;
/** So long in vain, and the other channels hear of it. */
const DOWN_AFTER_MS = 600_000;

export interface Failure {
  readonly now: Date;
  readonly reason: string;
  /** Trying the same again is of no use. */
  readonly isFinal: boolean;
  readonly retryAfterMs?: number | undefined;
  /** 0 to 1. */
  readonly random: number;
}

export function afterSuccess(state: ChannelState, now: Date, paceMs = 0): ChannelState {
  return {
    ...paced(state, now, paceMs),
    failures: 0,
    failingSince: null,
    reroutedUntil: null,
    unmentionedDrops: 0,
    lastSuccessAt: now.toISOString(),
  };
}

/** An attempt after which the channel is left alone for its pace. */
export const paced = (state: ChannelState, now: Date, paceMs: number): ChannelState => ({
  ...state,
  lastAttempt: { at: now.toISOString(), waitMs: paceMs },
});

/** Doubling waits with full jitter, 1 s to 5 min, unless the receiver names its own. */
export function afterFailure(state: ChannelState, failure: Failure): ChannelState {
  const { now, reason, isFinal, retryAfterMs, random } = failure;
  const at = now.toISOString();
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(state.failures, 30));
  const waitMs = Math.round(retryAfterMs === undefined ? random * longest : Math.min(retryAfterMs, LONGEST_WISH_MS));
  return {
    ...state,
    failures: state.failures + 1,
    // Never after the last attempt: the clock may have stepped back.
    failingSince: state.failingSince === null || state.failingSince > at ? at : state.failingSince,
    lastError: { at, reason, isFinal },
    lastAttempt: { at, waitMs: isFinal ? 0 : waitMs },
  };
}

/** Milliseconds until the next attempt. An attempt in the future means a clock that stepped back: then it is due. */
export function waitBefore({ lastAttempt }: ChannelState, now: Date): number {
  if (lastAttempt === null) return 0;
  const passedMs = now.getTime() - Date.parse(lastAttempt.at);
  return passedMs < 0 ? 0 : Math.max(0, lastAttempt.waitMs - passedMs);
}

/**
 * With nothing to tell nobody tries: a message that was refused for what it held, and no other since, is no channel that is
 * down. What is down stays so until it takes something.
 */
export function isDown({ failingSince, lastError, down }: ChannelState, now: Date, isWaiting: boolean): boolean {
  if (failingSince === null) return false;
  const seenAt = isWaiting ? now.getTime() : Date.parse(lastError?.at ?? failingSince);
  return down !== null || lastError?.isFinal === true || seenAt - Date.parse(failingSince) >= DOWN_AFTER_MS;
}
