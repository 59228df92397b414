import { expect, test } from '@jest/globals';
import { sendTestMessage } from '../../src/lib/alerts/test-message.js';
import { testContext } from '../support/context.js';
import { configOf, serve } from '../support/stub-server.js';

const contextOf = (channels: object) => ({
  ...testContext(),
  config: async () => configOf({ alerting: { channels } }),
});

test('a channel shows that it works, or says why it does not', async () => {
  const texts: string[] = [];
  const url = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      texts.push(JSON.parse(text).text);
      response.end(request.url === '/gone' ? 'no_service' : 'ok');
    });
  });
  const context = contextOf({ slack: { webhook: `${url}/x` }, ops: { type: 'slack', webhook: `${url}/gone` } });
  expect(await sendTestMessage(context, 'slack')).toEqual({ outcome: 'delivered' });
  expect(texts[0]).toContain('a test of the channel slack: nothing is wrong');
  expect(await sendTestMessage(context, 'ops')).toEqual({
    outcome: 'permanent',
    about: 'channel',
    reason: 'answered 200 (no_service)',
  });
  await expect(sendTestMessage(context, 'slak')).rejects.toMatchObject({
    code: 'VOPS-USAGE',
    hint: 'did you mean slack?',
  });
});
