import { expect, test } from '@jest/globals';
import { testChannel } from '../../src/lib/alerts/test-message.js';
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
  expect(await testChannel(context, { channel: 'slack' })).toMatchObject({
    status: 'ok',
    result: { outcome: 'delivered', reason: null },
  });
  expect(texts[0]).toContain('a test of the channel slack: nothing is wrong');
  expect(await testChannel(context, { channel: 'ops' })).toMatchObject({
    status: 'failed',
    result: { outcome: 'permanent', reason: 'answered 200 (no_service)' },
  });
  await expect(testChannel(context, { channel: 'constructor' })).rejects.toMatchObject({ code: 'VOPS-USAGE' });
  await expect(testChannel(context, { channel: 'slak' })).rejects.toMatchObject({
    code: 'VOPS-USAGE',
    hint: 'did you mean slack?',
  });
});
