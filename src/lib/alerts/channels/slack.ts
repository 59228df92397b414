/** Slack, and what takes its incoming webhooks (Mattermost, Rocket.Chat). */
import * as z from 'zod';
import type { HttpAnswer } from '../../api/http.js';
import { SecretHttpUrl } from '../../config/text.js';
import type { Message } from '../message/index.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';
import { judgeStatus, post } from './http.js';

export const settings = z.lazy(() =>
  z.strictObject({
    /** Address of an incoming webhook. Whoever has it can post: better by reference. */
    webhook: SecretHttpUrl,
    /** Where to post, such as `#alerts`; newer webhooks are bound to the channel they were made for. */
    channel: z.string().min(1).optional(),
    /** Under which name; newer webhooks have their own. */
    username: z.string().min(1).optional(),
  }),
);

/** "Posting messages: 1 per second" (api.slack.com/docs/rate-limits). */
export const paceMs = 1_000;

export async function deliver(
  message: Message,
  { webhook, channel, username }: z.output<typeof settings>,
  context: ChannelContext,
): Promise<DeliveryOutcome> {
  const { slackText } = await import('./slack-text.js');
  return post({ url: webhook.reveal(), body: { text: slackText(message), channel, username }, judge }, context);
}

/** A success is `ok`; Slack also answers 200 with the word of an error, and its errors with a 4xx. */
function judge(answer: HttpAnswer, context: ChannelContext): DeliveryOutcome {
  const body = answer.body.toString('utf8', 0, 10_000).trim();
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (isSuccess && body === 'ok') return { outcome: 'delivered' };
  const error = errorIn(body);
  if (isSuccess && error === undefined && saysOk(body)) return { outcome: 'delivered' };
  const about = error === undefined ? undefined : PERMANENT.get(error);
  if (about !== undefined) return { outcome: 'permanent', reason: `answered ${answer.status} (${error})`, about };
  if (!isSuccess) return judgeStatus(answer, context, error);
  return { outcome: 'passing', reason: `answered ${answer.status}, but not "ok"${error ? `: ${error}` : ''}` };
}

function parsed(body: string): { readonly ok?: unknown; readonly success?: unknown; readonly error?: unknown } {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

/** Rocket.Chat has a word of its own (its issue 29230). */
const saysOk = (body: string): boolean => parsed(body).ok === true || parsed(body).success === true;

/** The error as a word of Slack's; anything else may be a page of some proxy. */
function errorIn(body: string): string | undefined {
  const { error = body } = parsed(body);
  return typeof error === 'string' && /^[a-z][a-z_]{2,60}$/.test(error) ? error : undefined;
}

/** Errors that no repetition mends (api.slack.com/messaging/webhooks#handling_errors, api.slack.com/changelog/2016-05-17). */
const PERMANENT: ReadonlyMap<string, 'message' | 'channel'> = new Map(
  Object.entries({
    invalid_payload: 'message',
    invalid_blocks: 'message',
    invalid_attachments: 'message',
    msg_too_long: 'message',
    no_text: 'message',
    too_many_attachments: 'message',
    account_inactive: 'channel',
    action_prohibited: 'channel',
    channel_is_archived: 'channel',
    channel_not_found: 'channel',
    invalid_auth: 'channel',
    invalid_token: 'channel',
    no_active_hooks: 'channel',
    no_service: 'channel',
    no_service_id: 'channel',
    no_team: 'channel',
    not_authed: 'channel',
    posting_to_general_channel_denied: 'channel',
    team_disabled: 'channel',
    token_revoked: 'channel',
    user_not_found: 'channel',
  }),
);
