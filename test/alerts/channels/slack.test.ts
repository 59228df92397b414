import type { RequestListener, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import * as slack from '../../../src/lib/alerts/channels/slack.js';
import { composeMessage, toItems } from '../../../src/lib/alerts/message/index.js';
import { OperatorError } from '../../../src/lib/errors.js';
import { alertEvent, channelContext } from '../../support/delivery.js';
import { serve, serveRaw } from '../../support/stub-server.js';

const message = composeMessage(toItems([alertEvent()]));
const send = (webhook: string, context = channelContext({ timeoutMs: 400 }).context) =>
  slack.deliver(
    message,
    slack.settings.parse({ webhook, channel: '#alerts', username: 'Viktoria Monitoring' }),
    context,
  );
const answering =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);

test('posts to the webhook as the guide configures it', async () => {
  const bodies: unknown[] = [];
  const url = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      bodies.push({ path: request.url, ...JSON.parse(text) });
      response.end('ok');
    });
  });
  expect(await send(`${url}/services/T0/B0/x`)).toEqual({ outcome: 'delivered' });
  expect(bodies).toEqual([
    {
      path: '/services/T0/B0/x',
      channel: '#alerts',
      username: 'Viktoria Monitoring',
      text: expect.stringContaining('*[WARNING] slow-hooks · production · web-1*'),
    },
  ]);
});

describe('what an answer means', () => {
  test.each([
    [200, 'ok', { outcome: 'delivered' }],
    [200, '{"ok":true}', { outcome: 'delivered' }],
    [200, '{"success":true}', { outcome: 'delivered' }],
    [200, '{"success":false}', { outcome: 'passing' }],
    [200, 'invalid_payload', { outcome: 'permanent', about: 'message' }],
    [200, '{"ok":false,"error":"channel_not_found"}', { outcome: 'permanent', about: 'channel' }],
    [200, '{"ok":false,"error":"constructor"}', { outcome: 'passing' }],
    [200, '{"ok":false,"error":"internal_error"}', { outcome: 'passing' }],
    [200, '<html>Log in to the hotel network</html>', { outcome: 'passing' }],
    [200, '', { outcome: 'passing' }],
    [400, 'invalid_payload', { outcome: 'permanent', about: 'message' }],
    [403, 'action_prohibited', { outcome: 'permanent', about: 'channel' }],
    [404, 'no_service', { outcome: 'permanent', about: 'channel' }],
    [410, 'channel_is_archived', { outcome: 'permanent', about: 'channel' }],
    [404, '<html>', { outcome: 'permanent', about: 'channel' }],
    [302, '', { outcome: 'passing' }],
    [408, '', { outcome: 'passing' }],
    [500, 'rollup_error', { outcome: 'passing', reason: 'answered 500 (rollup_error)' }],
    [503, '', { outcome: 'passing' }],
  ])('%d %s', async (status, body, outcome) => {
    expect(await send(await serve(answering(status, body)))).toMatchObject(outcome);
  });

  test.each([
    ['30', 30_000],
    ['Wed, 25 Nov 2026 10:12:00 GMT', 120_000],
    ['Wed, 25 Nov 2020 10:12:00 GMT', 0],
    ['Wed Nov 25 10:12:00 2026', 120_000],
    ['1.5', 1_500],
    ['-5', undefined],
    ['soon', undefined],
  ])('429 with Retry-After %s', async (retryAfter, retryAfterMs) => {
    const url = await serve(answering(429, 'rate_limited', { 'retry-after': retryAfter }));
    expect(await send(url)).toEqual({
      outcome: 'passing',
      reason: 'answered 429 (rate_limited)',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  });
});

describe('what breaks on the way may pass', () => {
  test.each([
    ['a server that hangs', () => serve(() => undefined), /did not answer within 400 ms/],
    [
      'a slow one',
      () => serve((_, response) => void setInterval(() => response.write('o'), 50).unref()),
      /did not finish its answer/,
    ],
    [
      'a reset',
      () => serveRaw((socket) => void socket.once('data', () => socket.resetAndDestroy())),
      /closed the connection/,
    ],
    ['nobody there', async () => 'http://127.0.0.1:9', /refused the connection/],
    ['a name that is unknown', async () => 'http://hooks.invalid/services', /name of hooks\.invalid/],
    ['no HTTP', () => serveRaw((socket) => void socket.end('SSH-2.0\r\n')), /not HTTP/],
  ])('%s', async (_, start, reason) => {
    const outcome = await send(await start());
    expect(outcome).toEqual({ outcome: 'passing', reason: expect.stringMatching(reason) });
    expect(JSON.stringify(outcome)).not.toContain('services');
  });
});

test('an abort ends it with its reason', async () => {
  const abort = new AbortController();
  const sending = send(
    await serve(() => abort.abort(new OperatorError('VOPS-SIGTERM', 'ended'))),
    channelContext({ signal: abort.signal }).context,
  );
  await expect(sending).rejects.toMatchObject({ code: 'VOPS-SIGTERM' });
});
